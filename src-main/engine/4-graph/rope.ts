import type { Rope } from './config.ts'

export interface RotaryFrequencies {
  /** Radians a position, one for each pair of coordinates, rounded to float32 where torch does. [head / 2] */
  inverseFrequencies: Float32Array
  /** Factor on cosine and sine. */
  attentionFactor: number
}

/** θ^(-2i/head), as `compute_default_rope_parameters`: the exponent, the power and the reciprocal are float32 each. */
function defaultFrequencies(theta: number, headSize: number): Float32Array {
  return Float32Array.from({ length: headSize / 2 }, (_, i) => 1 / Math.fround(theta ** Math.fround((2 * i) / headSize)))
}

/** `_compute_llama3_parameters`: long wavelengths are stretched by the factor, short ones kept, those between blended. */
function llama3Frequencies(rope: Extract<Rope, { type: 'llama3' }>, headSize: number): Float32Array {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = rope
  return defaultFrequencies(rope.theta, headSize).map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency
    if (wavelength > originalMaxPositions / lowFrequencyFactor) return frequency / factor
    if (wavelength < originalMaxPositions / highFrequencyFactor) return frequency
    const smooth = (originalMaxPositions / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return ((1 - smooth) * frequency) / factor + smooth * frequency
  })
}

/** `_compute_yarn_parameters` (Peng et al. 2023, arXiv:2309.00071): a ramp over the coordinates from kept to stretched. */
function yarnFrequencies(rope: Extract<Rope, { type: 'yarn' }>, headSize: number): Float32Array {
  const { theta, factor, originalMaxPositions, betaFast, betaSlow, truncate } = rope
  /** The coordinate that turns `rotations` times over the original length. */
  const coordinate = (rotations: number): number =>
    (headSize * Math.log(originalMaxPositions / (rotations * 2 * Math.PI))) / (2 * Math.log(theta))
  const low = Math.max(truncate ? Math.floor(coordinate(betaFast)) : coordinate(betaFast), 0)
  const high = Math.min(truncate ? Math.ceil(coordinate(betaSlow)) : coordinate(betaSlow), headSize - 1)
  const width = high === low ? 0.001 : high - low
  return defaultFrequencies(theta, headSize).map((frequency, i) => {
    const stretched = Math.min(Math.max((i - low) / width, 0), 1)
    return (frequency / factor) * stretched + frequency * (1 - stretched)
  })
}

/** How fast each pair of a head's coordinates turns (transformers 5.23, modeling_rope_utils.py). */
export function rotaryFrequencies(rope: Rope, headSize: number): RotaryFrequencies {
  switch (rope.type) {
    case 'default':
      return { inverseFrequencies: defaultFrequencies(rope.theta, headSize), attentionFactor: 1 }
    case 'linear':
      return {
        inverseFrequencies: defaultFrequencies(rope.theta, headSize).map((frequency) => frequency / rope.factor),
        attentionFactor: 1,
      }
    case 'llama3':
      return { inverseFrequencies: llama3Frequencies(rope, headSize), attentionFactor: 1 }
    case 'yarn':
      return { inverseFrequencies: yarnFrequencies(rope, headSize), attentionFactor: rope.attentionFactor }
  }
}
