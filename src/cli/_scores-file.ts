/** The file that holds the scores of a setting, beside `result.json`. */
export const scoresFile = (setting: string, settings: number): string =>
  settings === 1 ? 'scores.csv' : `scores-${setting.replaceAll(/[^\w.-]+/g, '-')}.csv`
