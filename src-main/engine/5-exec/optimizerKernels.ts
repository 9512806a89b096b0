import type { Tensor } from './executor.ts'

/** What a matrix's gradient [out, in] is the product of. */
export interface GradientFactors {
  /** Of what the matrix gives for N tokens, [out, N]. */
  gradient: Tensor
  /** What it was given [N, in]. */
  input: Tensor
  /** What is added to some rows of the product: values [rows, in], each row at most once. */
  added?: { rows: Int32Array; values: Tensor }
}

/** All the tensors of factors. */
export const tensorsOf = ({ gradient, input, added }: GradientFactors): Tensor[] => [
  gradient,
  input,
  ...(added ? [added.values] : []),
]

/** A parameter with what its optimizer keeps of it, by name. The executor may replace the handles; what they hold is what counts. */
export interface OptimizedParameter {
  value: Tensor
  gradient: Tensor | GradientFactors
  state: Record<string, Tensor>
  /** Whether the optimizer's weight decay is meant for it. */
  decays: boolean
}

/** An optimizer's numbers for one step; each uses those of them that it knows. */
export interface OptimizerNumbers {
  /** From 1. */
  step: number
  learningRate: number
  beta1: number
  beta2: number
  epsilon: number
  weightDecay: number
  /** Factor on every gradient before it is used: min(1, max_grad_norm / (norm + 1e-6)), or 1. */
  gradientScale: number
}

/** The gradient in float64, from the numbers of its factors. */
export function productOfFactors(
  { gradient, input, added }: GradientFactors,
  read: (tensor: Tensor) => ArrayLike<number>,
): Float64Array {
  const [tokens = 0, width = 0] = input.shape
  const [left, right] = [read(gradient), read(input)]
  const sums = new Float64Array((left.length / tokens) * width)
  for (let at = 0; at < sums.length; at++) {
    const [row, column] = [Math.floor(at / width), at % width]
    let sum = 0
    for (let token = 0; token < tokens; token++)
      sum += (left[row * tokens + token] ?? NaN) * (right[token * width + column] ?? NaN)
    sums[at] = sum
  }
  if (added) {
    const values = read(added.values)
    added.rows.forEach((row, i) => {
      for (let column = 0; column < width; column++)
        sums[row * width + column] = (sums[row * width + column] ?? NaN) + (values[i * width + column] ?? NaN)
    })
  }
  return sums
}

export const areFactors = (gradient: Tensor | GradientFactors): gradient is GradientFactors => 'input' in gradient

/** What moves parameters. Gradients are left as they are. */
export interface OptimizerKernels {
  /** Whether gradients may come as factors, to be made where and when they are used. */
  takesFactors(): Promise<boolean>
  /** Loshchilov & Hutter, arXiv:1711.05101. State: exp_avg and exp_avg_sq, each of the parameter's shape. */
  adamW(parameters: readonly OptimizedParameter[], numbers: OptimizerNumbers): Promise<void>
  /**
   * AdamW with moments in 8 bits (dynamicMap.ts). State: state1 and state2, codes of the parameter's shape, and absmax1 and absmax2, the scales of
   * their blocks of 256.
   */
  adamW8bit(parameters: readonly OptimizedParameter[], numbers: OptimizerNumbers): Promise<void>
  /**
   * Shazeer & Stern, arXiv:1804.04235, with a learning rate from outside and no first moment. State: exp_avg_sq_row [rows] and exp_avg_sq_col
   * [columns] of a matrix, exp_avg_sq of a vector.
   */
  adafactor(parameters: readonly OptimizedParameter[], numbers: OptimizerNumbers): Promise<void>
  /** value -= learningRate · (gradient + weightDecay · value). No state. */
  sgd(parameters: readonly OptimizedParameter[], numbers: OptimizerNumbers): Promise<void>
}

/** The named tensors of a parameter's state. */
export function stateTensors<Names extends string[]>(
  state: OptimizedParameter['state'],
  ...names: Names
): { [Index in keyof Names]: Tensor } {
  return names.map((name) => {
    const tensor = state[name]
    if (!tensor) throw new Error(`the optimizer's state has no ${name}`)
    return tensor
  }) as { [Index in keyof Names]: Tensor }
}

/** Of the squares of the gradients so far, what Adafactor keeps at a step (transformers, Adafactor: decay_rate). */
export const adafactorBeta2 = (step: number): number => 1 - step ** -0.8
