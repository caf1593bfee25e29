import { CATALOGUE, specOf } from '../models/catalogue.ts'
import type { ModelUse } from '../models/uses.ts'
import type { CompareResult } from './schema.ts'

/** A model that took part, as reports name it. */
export type ModelFacts = CompareResult['models'][number]

/**
 * Adds licence and source to the models that took part.
 * @param added What is known of models that are not in the catalogue, by name.
 */
export const modelFacts = (
  models: readonly ModelUse[],
  added: Readonly<Record<string, { licence?: string | undefined; source?: string | undefined }>> = {},
): ModelFacts[] =>
  models.map(({ role, name, sha256 }) => {
    const entry = CATALOGUE.find(({ files }) => files.some(file => file.sha256 === sha256))
    if (role === 'mask-worn' || (OWN_ROLES.has(role) && !name.endsWith('.onnx'))) {
      return { role, name, sha256, ...OWN, source: `part of xfmr, card models/${name}.md` }
    }
    const own = added[name]
    return {
      role,
      name,
      sha256,
      licence: entry?.card.licence ?? own?.licence ?? 'not stated',
      source: entry ? `npm package ${specOf(entry.source)}` : (own?.source ?? 'added by the user'),
    }
  })

// --- internal ---

/** Their own files are named without an ending, those of users as they lie on the disk. */
const OWN_ROLES: ReadonlySet<ModelUse['role']> = new Set(['unmask', 'mask-landmarks', 'counterpart', 'xcos'])

/** Models that this project trained. */
const OWN = { licence: 'MIT (trained by this project)' }
