import { errorToJson, XfmrError } from '../../../errors.ts'
import type { FaceChoice } from '../../../face/choose.ts'
import type { Gallery, SearchOptions, Template } from '../../../gallery/gallery.ts'
import type { SearchResult } from '../../../gallery/schema.ts'
import type { Photo } from '../../../image/photo.ts'
import type { EmbeddedFace, Xfmr } from '../../../xfmr.ts'
import { command, numberOption } from '../../_command.ts'
import { FACE_OPTION, faceOption, NETWORK_OPTIONS, networkOptions } from '../../_faces.ts'
import { GALLERY_OPTIONS, jsonLines, note, openCliGallery } from '../../_gallery.ts'
import { searchText } from '../../_search-text.ts'

export default command({
  name: 'search',
  description: 'Find who a face is: the nearest subjects, how sure that is, and why',
  examples: [
    ['xfmr gallery search who.jpg', 'the five nearest, and which of them match at an FPIR of 1 %'],
    ['xfmr gallery search who.jpg --fpir 0.001 --top 1', 'stricter; only the best'],
    ['xfmr gallery search who.jpg --explain why', 'why/report.html explains the best match'],
    ['xfmr gallery search door/*.jpg --json', 'many at once'],
    ['xfmr gallery search faces.jsonl', 'embeddings, as "xfmr embed --out" writes them'],
  ],
  args: {
    photos: { type: 'positional', description: 'Photos, or .jsonl files with embeddings' },
    ...GALLERY_OPTIONS,
    top: { type: 'string', valueHint: 'N', description: 'Subjects to list (default 5)' },
    fpir: {
      type: 'string',
      valueHint: 'RATE',
      description:
        'Share of strangers that may be taken for somebody (default 0.01, as far as that is measured)',
    },
    threshold: { type: 'string', valueHint: 'N', description: 'Similarity of a match, instead of --fpir' },
    exact: { type: 'boolean', description: 'Compare with every face, also where there is an index' },
    calibration: {
      type: 'string',
      valueHint: 'FILE',
      description:
        'Error rates as "xfmr evaluate --calibration" wrote them (default: those that ship with xfmr)',
    },
    explain: {
      type: 'string',
      valueHint: 'DIR',
      description:
        'Explain the best match here: report.html, result.json and pictures (one photo, enrolled with --thumbnails)',
    },
    face: FACE_OPTION,
    ...NETWORK_OPTIONS,
  },
  rest: true,
  run: async ({ _: paths, explain, calibration, face, ...args }, terminal) => {
    if (paths.length === 0) throw new XfmrError('E_USAGE', 'Say what to search for: photos or .jsonl files.')
    if (explain !== undefined && paths.length > 1) {
      throw new XfmrError('E_USAGE', 'One search is explained at a time: give one photo with --explain.')
    }
    const options = searchOptions(args)
    const choice = faceOption(face)
    const network = networkOptions(args)
    const gallery = await openCliGallery(args, { calibration })
    try {
      let opened: Promise<Xfmr> | undefined
      const xfmr = async (): Promise<Xfmr> => {
        const { openForCli } = await import('../../_open.ts')
        opened ??= openForCli(terminal, network)
        return opened
      }
      const answers: Answer[] = []
      for (const path of paths) {
        for await (const probe of probesOf(path, xfmr, choice)) {
          if ('error' in probe) {
            note(terminal, `${probe.photo}: ${probe.error.message} [${probe.error.code}]`)
            answers.push(probe)
            continue
          }
          const [result] = await gallery.search([probe.template], options)
          answers.push(result!)
          if (explain !== undefined) await writeExplanation(explain, gallery, await xfmr(), probe, result!)
        }
      }
      const found = answers.filter((answer): answer is SearchResult => 'candidates' in answer)
      const failed = found.length < answers.length
      const matched = found.every(({ candidates }) => candidates.some(({ decision }) => decision === 'match'))
      return {
        json: { results: answers },
        text: found.map(searchText).join('\n\n'),
        exitCode: failed ? 2 : matched ? 0 : 1,
      }
    } finally {
      await gallery.close()
    }
  },
})

// --- internal ---

type Failed = { photo: string; error: ReturnType<typeof errorToJson> }
type Answer = SearchResult | Failed
type Probe = { template: Template; photo?: Photo; face?: EmbeddedFace }

const searchOptions = (args: {
  top?: string | undefined
  fpir?: string | undefined
  threshold?: string | undefined
  exact?: boolean | undefined
}): SearchOptions => ({
  top: numberOption('top', args.top, { fallback: 5, min: 1, max: 1000, integer: true }),
  ...(args.fpir === undefined
    ? {}
    : { fpir: numberOption('fpir', args.fpir, { fallback: 0, min: 0, max: 1 }) }),
  ...(args.threshold === undefined
    ? {}
    : { threshold: numberOption('threshold', args.threshold, { fallback: 0, min: -1, max: 1 }) }),
  exact: args.exact ?? false,
})

async function* probesOf(
  path: string,
  xfmr: () => Promise<Xfmr>,
  choice: FaceChoice | undefined,
): AsyncGenerator<Probe | Failed> {
  if (/\.jsonl$/i.test(path)) {
    for await (const line of jsonLines(path)) yield lineProbe(line)
    return
  }
  const [{ readPhoto }, { templateOfFace }] = await Promise.all([
    import('../../../image/node.ts'),
    import('../../../gallery/template.ts'),
  ])
  try {
    const photo = await readPhoto(path)
    const open = await xfmr()
    const face = await open.examine(photo, await open.findFace(photo, choice))
    yield { template: await templateOfFace(face, { source: path }), photo, face }
  } catch (error) {
    if (!(error instanceof XfmrError) || /^E_(MODEL|RUNTIME)/.test(error.code)) throw error
    yield { photo: path, error: errorToJson(error) }
  }
}

const lineProbe = (value: unknown): Probe | Failed => {
  const { photo, embedding, pipeline } = (value ?? {}) as Record<string, unknown>
  const label = typeof photo === 'string' ? photo : 'a line'
  if (!Array.isArray(embedding) || typeof pipeline !== 'string') {
    const error = new XfmrError('E_BAD_LINE', 'The line has no embedding with its pipeline.')
    return { photo: label, error: errorToJson(error) }
  }
  return { template: { vector: Float32Array.from(embedding as number[]), pipeline, source: label } }
}

const writeExplanation = async (
  folder: string,
  gallery: Gallery,
  xfmr: Xfmr,
  { photo, face }: Probe,
  { candidates, threshold }: SearchResult,
): Promise<void> => {
  const best = candidates[0]
  if (!photo || !face)
    throw new XfmrError('E_USAGE', 'An embedding alone can not be explained: give a photo.')
  if (!best) throw new XfmrError('E_USAGE', 'Nobody is enrolled, so there is no match to explain.')
  const [{ explainMatch }, { reportFiles }, { writeFolder }, codec] = await Promise.all([
    import('../../../gallery/explain.ts'),
    import('../../../report/files.ts'),
    import('../../_folder.ts'),
    import('../../../image/node.ts'),
  ])
  const { result, aligned, calibration, stored } = await explainMatch(
    { xfmr, decode: codec.readPhoto },
    { face, name: photo.name ?? 'the photo' },
    await gallery.example(best.example.id),
    threshold ? { threshold: threshold.value } : {},
  )
  const files = await reportFiles({ result, photos: [photo, stored], aligned, calibration }, codec)
  await writeFolder(folder, files)
}
