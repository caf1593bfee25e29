/** A model as bytes of its ONNX file, with the facts that name it in pipeline ids. */
export type LoadedModel = { readonly name: string; readonly sha256: string; readonly bytes: Uint8Array }

/** A model and what it does in a pipeline. */
export type ModelUse = {
  readonly role:
    | 'detector'
    | 'landmarks'
    | 'recogniser'
    | 'mask-worn'
    | 'mask-landmarks'
    | 'unmask'
    | 'counterpart'
    | 'xcos'
  readonly name: string
  /** Of the ONNX file, lower-case hexadecimal. */
  readonly sha256: string
}

export type Models = Record<'detector' | 'landmarks' | 'recogniser', LoadedModel> & {
  maskWorn?: LoadedModel
  maskLandmarks?: LoadedModel
  xcos?: LoadedModel
  correction: LoadedModel | undefined
  counterpart: LoadedModel | undefined
}

/** The models that take part, in the order in which they run. */
export const modelUses = ({ detector, landmarks, recogniser, maskWorn, ...models }: Models): ModelUse[] => {
  const { correction } = models
  const roles = {
    detector,
    landmarks,
    recogniser,
    'mask-worn': maskWorn,
    // It only ever looks at faces that are then corrected.
    'mask-landmarks': correction && models.maskLandmarks,
    unmask: correction,
    counterpart: models.counterpart,
    xcos: models.xcos,
  }
  return Object.entries(roles).flatMap(([role, model]) =>
    model ? [{ role: role as ModelUse['role'], name: model.name, sha256: model.sha256 }] : [],
  )
}
