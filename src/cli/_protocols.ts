import { join } from 'node:path'
import type { FolderPhoto } from '../evaluation/folder-photos.ts'
import type { PairList } from '../evaluation/pairs.ts'
import type { PhotoChange } from '../evaluation/photo-change.ts'
import type { EmbedMasked } from '../evaluation/protocols/masked.ts'
import type { ScoringOptions } from '../evaluation/protocols/outcomes.ts'
import type { DrawnMask, ProtocolRun } from '../evaluation/protocols/verification.ts'
import type { Face } from '../face/face.ts'
import type { Xfmr } from '../xfmr.ts'
import type { Terminal } from './_command.ts'
import type { Wishes } from './_evaluation-options.ts'
import { progress } from './_progress.ts'

/** What a protocol runs on. */
export type Dataset = { readonly root: string } & (
  | { readonly list: PairList }
  | { readonly photos: readonly FolderPhoto[] }
)

/** Opens the data set that the protocol asks for. @throws XfmrError as opening does */
export const openDataset = async (path: string, wishes: Wishes): Promise<Dataset> => {
  const { protocol, photos, include, masked } = wishes
  if (protocol !== 'folder') {
    const { openPairDataset } = await import('../evaluation/node/dataset.ts')
    return openPairDataset(path, photos === undefined ? {} : { photos })
  }
  const { openFolderDataset } = await import('../evaluation/node/folder-dataset.ts')
  return openFolderDataset(path, {
    ...(photos === undefined ? {} : { photos }),
    ...(include === undefined ? {} : { include }),
    ...(masked === undefined ? {} : { masked }),
  })
}

/** Runs the protocol, embedding what the cache does not hold. */
export const runProtocol = async (
  wishes: Wishes,
  dataset: Dataset,
  xfmr: Xfmr,
  terminal: Terminal,
): Promise<ProtocolRun> => {
  const { face, cache: folder, fresh } = wishes
  const [{ openEmbeddingCache }, { photoEmbedder }, { defaultHome }] = await Promise.all([
    import('../evaluation/node/embedding-cache.ts'),
    import('../evaluation/node/photo-embedder.ts'),
    import('../models/node.ts'),
  ])
  const change = await changesOf(wishes, xfmr)
  const place = folder ?? join(defaultHome(), 'embeddings')
  // A cache holds no grids.
  const grid = wishes.score === 'xcos'
  const cacheFor = async (pipeline: string) =>
    fresh || grid ? undefined : openEmbeddingCache(place, pipeline, face)
  const own = await cacheFor(xfmr.pipeline)
  const correctBare = wishes.protocol === 'mfr' && xfmr.unmask === 'auto'
  const corrected = correctBare ? await cacheFor(xfmr.pipelineOf('always')) : undefined
  const bar = await progress(terminal, 'embed', 0)
  const embed: EmbedMasked = (mask, unmask) => {
    const changed = change(mask)
    const cache = unmask === undefined ? own : corrected
    return photoEmbedder({
      root: dataset.root,
      xfmr,
      jobs: wishes.jobs,
      onProgress: (done, total) => bar.update(done, total),
      ...(wishes.choice === undefined ? {} : { face: wishes.choice }),
      ...(cache ? { cache } : {}),
      ...(changed ? { change: changed } : {}),
      ...(unmask === undefined ? {} : { unmask }),
      grid,
    })
  }
  try {
    return await run(wishes, dataset, embed, correctBare, xfmr)
  } finally {
    bar.stop()
    await own?.close()
    await corrected?.close()
  }
}

/** What is done to a photo before its face is found: nothing, a border around it, or the mask that is asked for. */
export const changesOf = async (
  { pad, choice, seed }: Wishes,
  xfmr: Pick<Xfmr, 'findFace'>,
): Promise<(mask?: DrawnMask) => PhotoChange | undefined> => {
  const { masker, padder } = await import('../evaluation/photo-change.ts')
  const known = new Map<string, Face>()
  return mask => {
    if (mask) return masker(xfmr.findFace, { ...mask, seed, face: choice, known })
    return pad > 0 ? padder(pad) : undefined
  }
}

// --- internal ---

const run = async (
  wishes: Wishes,
  dataset: Dataset,
  embed: EmbedMasked,
  correctBare: boolean,
  xfmr: Pick<Xfmr, 'similarity' | 'xcos'>,
): Promise<ProtocolRun> => {
  const { protocol, condition, synthetic, failurePolicy, resamples, seed, folds } = wishes
  const score: ScoringOptions =
    wishes.score === 'xcos'
      ? { score: async (a, b) => (await xfmr.xcos(a, b)).score }
      : { score: xfmr.similarity }
  const measured = { failurePolicy, resamples, seed }
  const options = { ...measured, ...score }
  const chosen = { ...options, maskSeed: seed, ...(folds ? { folds } : {}) }
  if ('photos' in dataset) {
    const { runFolder } = await import('../evaluation/protocols/folder.ts')
    return runFolder(dataset.photos, embed(undefined), { ...measured, similarity: xfmr.similarity })
  }
  if (protocol === 'mfr') {
    const { runMfr } = await import('../evaluation/protocols/masked.ts')
    return runMfr(dataset.list, embed, { ...chosen, mask: wishes.mask, correctBare })
  }
  if (protocol === 'identification') {
    const { runIdentification } = await import('../evaluation/protocols/identification.ts')
    return runIdentification(dataset.list, embed, { mask: wishes.mask, maskSeed: seed, resamples, seed })
  }
  if (protocol === 'nist') {
    const { runNist } = await import('../evaluation/protocols/nist.ts')
    return runNist(dataset.list, embed, { ...chosen, ...(wishes.colours ? { colours: wishes.colours } : {}) })
  }
  const { runLfw, runPairs } = await import('../evaluation/protocols/verification.ts')
  if (protocol === 'lfw') return runLfw(dataset.list, embed(undefined), options)
  return runPairs(dataset.list, embed(undefined), {
    ...options,
    facts: { name: 'pairs', condition, synthetic },
  })
}
