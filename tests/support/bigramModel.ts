import type { Batch } from '../../src-main/engine/3-batches/batch.ts'
import type { ModelConfig } from '../../src-main/engine/4-graph/config.ts'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import type { SavedOptimizerTensor, TrainableModel } from '../../src-main/engine/6-train/trainableModel.ts'

/**
 * The smallest model that a recipe can train: a decoder without layers, logits = head · (norm ⊙ embedding[token]), with its gradients
 * and AdamW written out. It has the parameters of a decoder's config, so that all that is recorded of a run is as for a real one.
 */
export function createBigramModel(config: ModelConfig = bigramConfig()): TrainableModel & { weight(name: string): Float32Array } {
  const { vocabularySize: V, hiddenSize: D } = config
  const parameters = new Map(
    modelParameters(config).map(({ name, shape }, index) => {
      const size = shape.reduce((product, dimension) => product * dimension, 1)
      const value = Float32Array.from({ length: size }, (_, i) => (shape.length === 1 ? 1 : 0.5 * Math.sin(i + 7 * index + 1)))
      return [name, { name, shape: [...shape], value, ...zeros(size) }]
    }),
  )
  let stepCount = 0
  const parameter = (name: string) => {
    const found = parameters.get(name)
    if (!found) throw new Error(`no parameter ${name}`)
    return found
  }
  const [embedding, norm, head] = ['model.embed_tokens.weight', 'model.norm.weight', 'lm_head.weight'].map(parameter) as [
    Parameter,
    Parameter,
    Parameter,
  ]

  function lossOf(batch: Batch, onToken: (id: number, target: number, probabilities: Float64Array) => void): number {
    let sum = 0
    batch.supervised.forEach((position, index) => {
      const id = batch.inputIds[position] ?? 0
      const target = batch.targets[index] ?? 0
      const logits = Float64Array.from({ length: V }, (_, token) => {
        let logit = 0
        for (let d = 0; d < D; d++) logit += at(head.value, token * D + d) * at(norm.value, d) * at(embedding.value, id * D + d)
        return logit
      })
      const largest = Math.max(...logits)
      const total = logits.reduce((all, logit) => all + Math.exp(logit - largest), 0)
      const probabilities = logits.map((logit) => Math.exp(logit - largest) / total)
      sum -= Math.log(probabilities[target] ?? NaN)
      onToken(id, target, probabilities)
    })
    return sum
  }

  return {
    config,
    parameterCount: [...parameters.values()].reduce((count, { value }) => count + value.length, 0),
    checkpointBytes: () => 12 * [...parameters.values()].reduce((count, { value }) => count + value.length, 0),
    secondsOnce: 0,
    get stepCount() {
      return stepCount
    },
    set stepCount(value) {
      stepCount = value
    },
    weight: (name) => parameter(name).value,
    async accumulateGradients(batch, scale) {
      return lossOf(batch, (id, target, probabilities) => {
        for (let token = 0; token < V; token++) {
          const error = scale * ((probabilities[token] ?? 0) - (token === target ? 1 : 0))
          for (let d = 0; d < D; d++) {
            const [h, n, e] = [at(head.value, token * D + d), at(norm.value, d), at(embedding.value, id * D + d)]
            head.gradient[token * D + d] = at(head.gradient, token * D + d) + error * n * e
            norm.gradient[d] = at(norm.gradient, d) + error * h * e
            embedding.gradient[id * D + d] = at(embedding.gradient, id * D + d) + error * h * n
          }
        }
      })
    },
    evaluate: async (batch) => lossOf(batch, () => undefined),
    gradientNorm: async () =>
      Math.sqrt([...parameters.values()].flatMap(({ gradient }) => [...gradient]).reduce((sum, value) => sum + value * value, 0)),
    async optimizerStep({ learningRate, beta1, beta2, epsilon, weightDecay, gradientScale }) {
      stepCount++
      for (const { shape, value, gradient, first, second } of parameters.values()) {
        const decay = shape.length > 1 ? weightDecay : 0
        gradient.forEach((raw, i) => {
          const g = raw * gradientScale
          first[i] = beta1 * at(first, i) + (1 - beta1) * g
          second[i] = beta2 * at(second, i) + (1 - beta2) * g * g
          const update = at(first, i) / (1 - beta1 ** stepCount) / (Math.sqrt(at(second, i) / (1 - beta2 ** stepCount)) + epsilon)
          value[i] = at(value, i) * (1 - learningRate * decay) - learningRate * update
        })
        gradient.fill(0)
      }
    },
    async *weights() {
      for (const { name, shape, value } of parameters.values()) yield { name, shape, data: value.slice() }
    },
    optimizerState: () =>
      stepCount === 0
        ? []
        : [...parameters.values()].flatMap(({ name, shape, first, second }) => [
            { name: `exp_avg.${name}`, shape, type: 'float32', read: async () => first.slice() },
            { name: `exp_avg_sq.${name}`, shape, type: 'float32', read: async () => second.slice() },
          ]),
    loadWeights: (tensors) => copy(tensors, (name) => parameter(name).value),
    async loadOptimizerState(tensors, count) {
      await copy(tensors, (name) =>
        name.startsWith('exp_avg_sq.') ? parameter(name.slice(11)).second : parameter(name.slice(8)).first,
      )
      stepCount = count
    },
    dispose: async () => undefined,
  }
}

export function bigramConfig(): ModelConfig {
  return {
    family: 'llama',
    vocabularySize: 12,
    hiddenSize: 4,
    layerCount: 0,
    headCount: 1,
    keyValueHeadCount: 1,
    headSize: 4,
    intermediateSize: 4,
    rmsNormEpsilon: 1e-6,
    tiedEmbeddings: false,
    queryKeyValueBias: false,
    outputBias: false,
    mlpBias: false,
    queryKeyNorm: false,
    rope: { type: 'default', theta: 10000 },
    slidingWindow: [],
    maxPositions: 64,
    initializerRange: 0.02,
  }
}

interface Parameter {
  name: string
  shape: number[]
  value: Float32Array
  gradient: Float32Array
  first: Float32Array
  second: Float32Array
}

const zeros = (size: number) => ({
  gradient: new Float32Array(size),
  first: new Float32Array(size),
  second: new Float32Array(size),
})
const at = (values: Float32Array, index: number): number => values[index] ?? NaN

async function copy(tensors: AsyncIterable<SavedOptimizerTensor>, into: (name: string) => Float32Array): Promise<void> {
  for await (const { name, data } of tensors) into(name).set(data)
}
