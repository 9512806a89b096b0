import { expect, it } from 'vitest'
import { initialWeights } from '../../../../../scripts/starter/model/initialWeights.ts'
import { modelConfig } from '../../../../../scripts/starter/model/modelConfig.ts'
import { modelParameters } from '../../../../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../../../../src-main/engine/4-graph/parseConfig.ts'

const config = parseConfig({ ...modelConfig(512, { endOfText: 508, pad: 511 }), num_hidden_layers: 1, max_window_layers: 1 })
const weights = async (seed: number) => {
  const all = new Map<string, Float32Array>()
  for await (const { name, data } of initialWeights(config, seed)) all.set(name, data)
  return all
}

it('draws every parameter as transformers does: matrices normal with standard deviation 0.02, biases 0, norms 1', async () => {
  const all = await weights(1)
  expect([...all.keys()]).toEqual(modelParameters(config).map(({ name }) => name))
  for (const [name, data] of all) {
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length)
    if (name.endsWith('norm.weight')) expect(new Set(data), name).toEqual(new Set([1]))
    else if (name.endsWith('.bias')) expect(new Set(data), name).toEqual(new Set([0]))
    else expect(deviation, name).toBeCloseTo(0.02, 3)
  }
})

it('draws the same weights for the same seed and others for another', async () => {
  const name = 'model.embed_tokens.weight'
  expect((await weights(1)).get(name)).toEqual((await weights(1)).get(name))
  expect((await weights(1)).get(name)).not.toEqual((await weights(2)).get(name))
})
