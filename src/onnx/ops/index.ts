import * as activation from './activation.ts'
import * as arithmetic from './arithmetic.ts'
import { BatchNormalization } from './batch-norm.ts'
import { Conv } from './conv.ts'
import { ConvTranspose } from './conv-transpose.ts'
import { Gemm } from './gemm.ts'
import * as layout from './layout.ts'
import { MatMul } from './matmul.ts'
import * as pool from './pool.ts'
import * as reduce from './reduce.ts'
import type { Rule } from './rule.ts'
import * as slicing from './slicing.ts'
import { LogSoftmax, Softmax } from './softmax.ts'
import * as unary from './unary.ts'
import * as values from './values.ts'

/** What xfmr knows about each operator of the standard set, by its ONNX name. */
export const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>(
  Object.entries({
    ...activation,
    ...arithmetic,
    BatchNormalization,
    Conv,
    ConvTranspose,
    Gemm,
    ...layout,
    LogSoftmax,
    MatMul,
    ...pool,
    ...reduce,
    ...slicing,
    Softmax,
    ...unary,
    ...values,
  }),
)
