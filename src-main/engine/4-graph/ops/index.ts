import type { Op } from '../graph.ts'
import { addOp } from './add.ts'
import { exponentialOp } from './exponential.ts'
import { gatherRowsOp } from './gatherRows.ts'
import { matmulOp } from './matmul.ts'
import { maxOp } from './max.ts'
import { maximumOp } from './maximum.ts'
import { multiplyOp } from './multiply.ts'
import { reshapeOp } from './reshape.ts'
import { rmsInverseOp } from './rmsInverse.ts'
import { rotateHalfOp } from './rotateHalf.ts'
import { scaleOp } from './scale.ts'
import { sigmoidOp } from './sigmoid.ts'
import { siluOp } from './silu.ts'
import { softmaxOp } from './softmax.ts'
import { subtractOp } from './subtract.ts'
import { sumOp } from './sum.ts'
import { transposeOp } from './transpose.ts'

/** Every op there is, inputs apart. The property tests walk this table: an op that they have no example for does not compile. */
export const OPS = {
  add: addOp,
  exponential: exponentialOp,
  gatherRows: gatherRowsOp,
  matmul: matmulOp,
  max: maxOp,
  maximum: maximumOp,
  multiply: multiplyOp,
  reshape: reshapeOp,
  rmsInverse: rmsInverseOp,
  rotateHalf: rotateHalfOp,
  scale: scaleOp,
  sigmoid: sigmoidOp,
  silu: siluOp,
  softmax: softmaxOp,
  subtract: subtractOp,
  sum: sumOp,
  transpose: transposeOp,
} as const satisfies Record<string, Op<never>>
