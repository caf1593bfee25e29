export { errorToJson, XfmrError, type XfmrErrorCode, type XfmrErrorOptions } from './errors.ts'
export type { Condition } from './evaluation/calibration.ts'
export { type Correspondence, patchCorrespondence } from './explanation/black-box/correspondence.ts'
export { type CellMatch, type CellMatches, cellMatches } from './explanation/cell-matches.ts'
export type { ChannelShare } from './explanation/channels.ts'
export {
  createExplainer,
  type Explainer,
  type ExplainOptions,
  type FaceExplanation,
  type MethodMaps,
  type PairExplanation,
} from './explanation/explainer.ts'
export type { Layer } from './explanation/layers.ts'
export type { Explain, FaceMaps, LayerMap, Method, MethodFamily } from './explanation/method.ts'
export { BASELINES, type Baseline, type MethodOptions } from './explanation/method-options.ts'
export { METHOD_IDS, METHODS, type MethodId } from './explanation/methods.ts'
export type { Cost, Subject } from './explanation/subject.ts'
export type { Target } from './explanation/target.ts'
export { ALIGNED_SIZE, ARC_TEMPLATE, alignFace } from './face/align.ts'
export { chooseFace, type FaceChoice } from './face/choose.ts'
export type { AlignedFace, Face } from './face/face.ts'
export type { FaceFinder, FacePicker } from './face/finder.ts'
export type { FloatMap } from './image/map.ts'
export type { Box, Photo, Point } from './image/photo.ts'
export * from './masking/index.ts'
export { CATALOGUE } from './models/catalogue.ts'
export type { RecogniserContract } from './models/contract.ts'
export type { LoadedModel, ModelUse } from './models/uses.ts'
export { type DifferentiateOptions, differentiate, gradientName } from './onnx/differentiate.ts'
export { dynamicBatch, extract, withOutputs } from './onnx/edit.ts'
export type { Graph, Node, ValueInfo } from './onnx/graph.ts'
export { readModel, type WriteOptions, writeModel } from './onnx/proto.ts'
export type { Runtime, RuntimeOptions, Session } from './onnx/runtime.ts'
export { inferShapes } from './onnx/shapes.ts'
export type { Tensor } from './onnx/tensor.ts'
export { cosine } from './recognition/compare.ts'
export { type DecideOptions, type Decision, decide } from './recognition/decide.ts'
export { defaultCalibration } from './recognition/default-calibration.ts'
export type { Embedding, FeatureGrid } from './recognition/embedding.ts'
export { MASK_STATES, type MaskFinding, type MaskState } from './recognition/mask-worn.ts'
export {
  createRecogniser,
  type Network,
  type Recogniser,
  type RecogniserOptions,
} from './recognition/recogniser.ts'
export { UNMASK_MODES, type UnmaskMode, withCorrection } from './recognition/unmask.ts'
export { reportFiles } from './report/files.ts'
export { buildReport, type ReportInput } from './report/html.ts'
export { type ModelFacts, modelFacts } from './report/models.ts'
export { type ResultParts, toCompareResult } from './report/result.ts'
export { type CompareResult, compareResult } from './report/schema.ts'
export {
  type CompareOptions,
  type Comparison,
  createXfmr,
  type EmbeddedFace,
  type Timings,
  type Xfmr,
  type XfmrOptions,
} from './xfmr.ts'
