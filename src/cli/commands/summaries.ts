/**
 * What each command does, in one line. Kept apart from the commands, so that the overview can be printed without loading
 * any of them.
 */
export const SUMMARIES = {
  compare: 'Say whether two photos show the same person, how often that is wrong, and why',
  demo: 'Compare sample photos of the same and of different people, and write both reports',
  explain: 'Explain the score of two photos, or what the network sees in one, by any method at any layer',
  synthesise: 'Draw what a channel, a layer or an embedding of the network stands for',
  detect: 'Find faces and their 68 landmarks in photos',
  embed: 'Turn faces into embeddings, one JSON line a photo',
  mask: 'Put synthetic face masks on photos',
  evaluate: 'Measure error rates on a data set, with intervals and a report',
  train: 'Train the parts that are specific to masks',
  models: 'List, fetch, check and add models and sample photos',
  gallery: 'Find a face among many: enrol, search, list, remove',
  work: 'Work on jobs of a Postgres server: enrol, embed and mask large folders on many machines',
  jobs: 'Add batches of photos as jobs, and see what came of them',
  serve: 'Serve all of it over HTTP, with OpenAPI, a queue, limits and API keys',
  keys: 'Make, list and revoke API keys of the server',
  studio: 'Show xfmr Studio, the web page that computes in the browser, or write it as a site',
} as const
