export { type ExplainedMatch, explainMatch } from './explain.ts'
export {
  type By,
  DEFAULT_FPIR,
  type EnrolOptions,
  type Gallery,
  type GalleryOptions,
  INDEX_FROM,
  type ListOptions,
  type NewExample,
  type SearchOptions,
  type StoredExample,
  type Template,
} from './gallery.ts'
export { openGallery, parseKey } from './node.ts'
export { type ReEmbedded, reEmbed } from './re-embed.ts'
export * from './schema.ts'
export { type PhotoTemplate, templateOf, templateOfFace } from './template.ts'
