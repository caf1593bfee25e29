/** How many failures there were of each code, as cards say it: `730 E_NO_FACE, 4 E_PROFILE`, or `none`. */
export const failureCounts = (failures: readonly { readonly code: string }[]): string => {
  const counts = new Map<string, number>()
  for (const { code } of failures) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, count]) => `${count} ${code}`).join(', ') || 'none'
}
