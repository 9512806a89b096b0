import { dynamicMap, QUANTISED_BLOCK } from './dynamicMap.ts'
import type { Tensor } from './executor.ts'
import {
  adafactorBeta2,
  areFactors,
  productOfFactors,
  stateTensors,
  type OptimizedParameter,
  type OptimizerKernels,
  type OptimizerNumbers,
} from './optimizerKernels.ts'

const at = (values: ArrayLike<number>, index: number): number => values[index] ?? NaN
const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

/**
 * The optimizers as their papers and libraries write them, in float64.
 * @param read a tensor's numbers
 * @param make a new tensor, of the same shape and type as another
 */
export function createReferenceOptimizers(
  read: (tensor: Tensor) => Float64Array,
  make: (like: Tensor, data: Float64Array) => Tensor,
): OptimizerKernels {
  const gradientOf = (gradient: OptimizedParameter['gradient']): Float64Array =>
    areFactors(gradient) ? productOfFactors(gradient, read) : read(gradient)
  const scaledGradient = ({ gradient }: OptimizedParameter, { gradientScale }: OptimizerNumbers): Float64Array =>
    gradientOf(gradient).map((g) => g * gradientScale)

  function replace(parameter: OptimizedParameter, value: Float64Array, state: Record<string, Float64Array>): void {
    parameter.value = make(parameter.value, value)
    for (const [name, data] of Object.entries(state)) {
      const [before] = stateTensors(parameter.state, name)
      parameter.state[name] = make(before, data)
    }
  }

  /** value, moments → value, moments */
  function adam(parameter: OptimizedParameter, first: Float64Array, second: Float64Array, numbers: OptimizerNumbers) {
    const { step, learningRate, beta1, beta2, epsilon, weightDecay } = numbers
    const gradient = scaledGradient(parameter, numbers)
    const decay = parameter.decays ? weightDecay : 0
    const newFirst = first.map((m, i) => beta1 * m + (1 - beta1) * at(gradient, i))
    const newSecond = second.map((v, i) => beta2 * v + (1 - beta2) * at(gradient, i) ** 2)
    const value = read(parameter.value).map((w, i) => {
      const meanHat = at(newFirst, i) / (1 - beta1 ** step)
      const varianceHat = at(newSecond, i) / (1 - beta2 ** step)
      return w - learningRate * decay * w - (learningRate * meanHat) / (Math.sqrt(varianceHat) + epsilon)
    })
    return { value, first: newFirst, second: newSecond }
  }

  /** Adafactor's update divided by the root of the squares' means; factored over rows and columns where it is a matrix. */
  function adafactorUpdate(parameter: OptimizedParameter, gradient: Float64Array, beta2: number) {
    const { shape } = parameter.value
    const squares = gradient.map((g) => g * g + 1e-30)
    const moved = (means: Float64Array, now: (i: number) => number): Float64Array =>
      means.map((mean, i) => beta2 * mean + (1 - beta2) * now(i))
    if (shape.length < 2) {
      const [before] = stateTensors(parameter.state, 'exp_avg_sq').map(read) as [Float64Array]
      const means = moved(before, (i) => at(squares, i))
      return { state: { exp_avg_sq: means }, update: gradient.map((g, i) => g / Math.sqrt(at(means, i))) }
    }
    const width = shape.at(-1) ?? 1
    const height = gradient.length / width
    const [rowsBefore, columnsBefore] = stateTensors(parameter.state, 'exp_avg_sq_row', 'exp_avg_sq_col').map(read) as [
      Float64Array,
      Float64Array,
    ]
    const rows = moved(rowsBefore, (row) => sum(squares.subarray(row * width, (row + 1) * width)) / width)
    const columnSums = new Float64Array(width)
    squares.forEach((square, i) => (columnSums[i % width] = at(columnSums, i % width) + square))
    const columns = moved(columnsBefore, (column) => at(columnSums, column) / height)
    const meanOfRows = sum(rows) / height
    const update = gradient.map((g, i) => {
      const rowFactor = 1 / Math.sqrt(at(rows, Math.floor(i / width)) / meanOfRows)
      return (g * rowFactor) / Math.sqrt(at(columns, i % width))
    })
    return { state: { exp_avg_sq_row: rows, exp_avg_sq_col: columns }, update }
  }

  return {
    takesFactors: () => Promise.resolve(true),
    async adamW(parameters, numbers) {
      for (const parameter of parameters) {
        const [before, squaresBefore] = stateTensors(parameter.state, 'exp_avg', 'exp_avg_sq').map(read) as [
          Float64Array,
          Float64Array,
        ]
        const { value, first, second } = adam(parameter, before, squaresBefore, numbers)
        replace(parameter, value, { exp_avg: first, exp_avg_sq: second })
      }
    },
    async adamW8bit(parameters, numbers) {
      const [signed, unsigned] = [dynamicMap(true), dynamicMap(false)]
      for (const parameter of parameters) {
        const [codes1, absmax1, codes2, absmax2] = stateTensors(parameter.state, 'state1', 'absmax1', 'state2', 'absmax2').map(
          read,
        ) as [Float64Array, Float64Array, Float64Array, Float64Array]
        const moments = adam(parameter, dequantise(codes1, absmax1, signed), dequantise(codes2, absmax2, unsigned), numbers)
        const first = quantise(moments.first, signed)
        const second = quantise(moments.second, unsigned)
        replace(parameter, moments.value, {
          ...{ state1: first.codes, absmax1: first.absmax },
          ...{ state2: second.codes, absmax2: second.absmax },
        })
      }
    },
    async adafactor(parameters, numbers) {
      const { step, learningRate, weightDecay } = numbers
      for (const parameter of parameters) {
        const { state, update } = adafactorUpdate(parameter, scaledGradient(parameter, numbers), adafactorBeta2(step))
        const rootMeanSquare = Math.sqrt(sum(update.map((x) => x * x)) / update.length)
        const decay = parameter.decays ? weightDecay : 0
        const value = read(parameter.value).map(
          (w, i) => w - learningRate * decay * w - (learningRate * at(update, i)) / Math.max(1, rootMeanSquare),
        )
        replace(parameter, value, state)
      }
    },
    async sgd(parameters, numbers) {
      for (const parameter of parameters) {
        const gradient = scaledGradient(parameter, numbers)
        const decay = parameter.decays ? numbers.weightDecay : 0
        replace(
          parameter,
          read(parameter.value).map((w, i) => w - numbers.learningRate * (at(gradient, i) + decay * w)),
          {},
        )
      }
    },
  }
}

const dequantise = (codes: Float64Array, absmax: Float64Array, map: Float32Array): Float64Array =>
  codes.map((code, i) => at(map, code) * at(absmax, Math.floor(i / QUANTISED_BLOCK)))

/** Of each value, divided by the largest magnitude of its block, the code of the nearest number of the map. */
function quantise(values: Float64Array, map: Float32Array): { codes: Float64Array; absmax: Float64Array } {
  const absmax = Float64Array.from({ length: Math.ceil(values.length / QUANTISED_BLOCK) }, (_, block) =>
    values
      .subarray(block * QUANTISED_BLOCK, (block + 1) * QUANTISED_BLOCK)
      .reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
  )
  const codes = values.map((value, i) => {
    const scale = at(absmax, Math.floor(i / QUANTISED_BLOCK))
    const x = scale > 0 ? value / scale : 0
    return map.reduce((best, number, code) => (Math.abs(number - x) < Math.abs(at(map, best) - x) ? code : best), 0)
  })
  return { codes, absmax }
}
