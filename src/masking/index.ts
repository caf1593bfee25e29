export { MAX_YAW, MIN_EYE_DISTANCE, WARN_YAW } from './check.ts'
export { facesOf, type LandmarkList, parseLandmarkList } from './landmark-list.ts'
export { FABRIC_PATTERNS, type PatternName } from './patterns.ts'
export {
  COLOURS,
  COVERAGES,
  type Coverage,
  type Fit,
  FLAT_TYPES,
  type FlatType,
  type MaskRecipe,
  type MaskType,
  PLAIN_FIT,
  parseColour,
  parseType,
  REAL_TYPES,
  type RealType,
  type RecipeWishes,
  randomRecipe,
} from './recipe.ts'
export { alignRegion, joinRegions, type Region } from './region.ts'
export { type MaskedPhoto, type MaskParameters, type RenderOptions, renderMask } from './render.ts'
