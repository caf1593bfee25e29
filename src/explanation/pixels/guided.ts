import type { FloatMap } from '../../image/map.ts'
import { resizeMap } from '../../image/resize.ts'
import { rules } from '../../onnx/ops/index.ts'
import type { Rule } from '../../onnx/ops/rule.ts'
import type { Explain } from '../method.ts'
import type { BackwardStyle } from '../passes.ts'
import { sumMaps } from '../sum-maps.ts'
import { addColours, byColour, joinColours } from './colours.ts'

/**
 * Guided backpropagation: at every rectifier only what raises the target goes on. Of a PReLU, as of a ReLU, the negative part of
 * the gradient is dropped before its slope. `parts` hold the positive and the negative part, and the signed colours.
 * @see Springenberg et al., Striving for Simplicity, ICLR workshop 2015
 */
export const byGuidedBackprop: Explain = async self => {
  const { gradients } = await self.gradients(self.photo, GUIDED)
  const map = joinColours(self, gradients, addColours)
  return { map, parts: { ...signs(map), ...byColour(self, gradients) } }
}

/** Guided backpropagation times the positive part of Grad-CAM at the last grid. @see Selvaraju et al., ICCV 2017, section 3.2 */
export const byGuidedGradCam: Explain = async self => {
  const { gradients } = await self.gradients(self.photo, GUIDED)
  const guided = joinColours(self, gradients, addColours)
  const layer = self.chosen[0] ?? self.grid
  const [views] = await self.maps({ method: 'gradcam', layers: [layer] })
  const cam = sumMaps(views!)
  const positive = { ...cam, data: cam.data.map(value => Math.max(value, 0)) }
  const large = resizeMap(positive, guided.width, guided.height).data
  const map = { ...guided, data: guided.data.map((value, i) => value * large[i]!) }
  return { map, parts: signs(map) }
}

// --- internal ---

const signs = (map: FloatMap): Record<string, FloatMap> => ({
  positive: { ...map, data: map.data.map(value => Math.max(value, 0)) },
  negative: { ...map, data: map.data.map(value => Math.max(-value, 0)) },
})

const guided =
  (gradient: NonNullable<Rule['gradient']>): NonNullable<Rule['gradient']> =>
  backward =>
    gradient({ ...backward, dy: backward.build.op('Relu', [backward.dy]) })

const GUIDED: BackwardStyle = {
  key: 'guided',
  rules: new Map(['Relu', 'LeakyRelu', 'PRelu', 'Clip'].map(op => [op, guided(rules.get(op)!.gradient!)])),
}
