import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { XfmrError } from '../../errors.ts'
import { isMissing, sha256 } from './digest.ts'

const origin = z.enum(['catalogue', 'given', 'detected', 'measured', 'assumed'])

/** What `contract.json` beside an added model holds. */
export const addedSchema = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
  contract: z.object({
    input: z.string(),
    output: z.string(),
    grid: z.string(),
    size: z.int().positive(),
    channels: z.enum(['rgb', 'bgr']),
    mean: z.number(),
    scale: z.number(),
    dimensions: z.int().positive(),
  }),
  origins: z.object({
    input: origin,
    output: origin,
    grid: origin,
    size: origin,
    channels: origin,
    mean: origin,
    scale: origin,
    dimensions: origin,
  }),
  /** How the facts were found, in sentences. */
  notes: z.array(z.string()),
  licence: z.string(),
})

/** A model that the user added, with how it wants its input. */
export type AddedModel = z.infer<typeof addedSchema>

/** Folder of an added model. */
export const addedFolder = (home: string, name: string): string => join(home, 'added', name)

/** The model file of an added model. */
export const addedPath = (home: string, name: string): string => join(addedFolder(home, name), MODEL_FILE)

const MODEL_FILE = 'model.onnx'
const CONTRACT_FILE = 'contract.json'

/**
 * @throws XfmrError `E_USAGE` when the word can not be the name of a model, which is also that of its folder.
 */
export const checkName = (name: string): void => {
  if (addedSchema.shape.name.safeParse(name).success) return
  const rule = 'lower-case letters, digits, dots, dashes and underscores, at most 64, a letter or digit first'
  throw new XfmrError('E_USAGE', `"${name}" can't be the name of a model. Use ${rule} (--name).`)
}

/** Every added model, by name. */
export const listAdded = async (home: string): Promise<AddedModel[]> => {
  const names = await readdir(join(home, 'added')).catch(error => {
    if (isMissing(error)) return []
    throw error
  })
  const found = await Promise.all(names.sort().map(name => readAdded(home, name)))
  return found.filter(model => model !== undefined)
}

/**
 * The record of an added model; `undefined` when there is none of that name.
 * @throws XfmrError `E_MODEL_INVALID` when its `contract.json` can't be understood.
 */
export const readAdded = async (home: string, name: string): Promise<AddedModel | undefined> => {
  if (!addedSchema.shape.name.safeParse(name).success) return undefined
  const path = join(addedFolder(home, name), CONTRACT_FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    return addedSchema.parse(JSON.parse(text))
  } catch (cause) {
    const message = `${path} can't be understood. Add the model again: xfmr models add FILE --name ${name} --replace.`
    throw new XfmrError('E_MODEL_INVALID', message, { cause })
  }
}

/** Writes a model and its record into a scratch folder, then moves the folder in place. */
export const writeAdded = async (
  model: AddedModel,
  bytes: Uint8Array,
  { home, scratch }: { home: string; scratch: string },
): Promise<void> => {
  if (sha256(bytes) !== model.sha256)
    throw new XfmrError('E_INTERNAL', 'The model changed while it was added.')
  const staged = join(scratch, 'staged')
  await mkdir(staged)
  await writeFile(join(staged, MODEL_FILE), bytes)
  await writeFile(join(staged, CONTRACT_FILE), `${JSON.stringify(model, null, 2)}\n`)
  const final = addedFolder(home, model.name)
  await mkdir(join(home, 'added'), { recursive: true })
  await rm(final, { recursive: true, force: true })
  await rename(staged, final)
}
