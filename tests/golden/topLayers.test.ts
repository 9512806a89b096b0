import { expect, test } from 'vitest'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { partsToTrain } from '../../src-main/engine/4-graph/partsToTrain.ts'
import { trainedParameters } from '../../src-main/engine/4-graph/trainedParts.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'
import { goldenBatch, goldenConfig, goldenFolder, goldenWeights, readGolden, relativeError } from './golden.ts'

const CONFIG = goldenConfig('qwen2')
const BASE = readGolden('qwen2')
const BATCH = goldenBatch(BASE.batch_rows)

test.each(['0', '1', '0-1'])('the gradients of layers %s alone are those of the full training', async (layers_to_transform) => {
  const parts = partsToTrain(CONFIG, createSettings({ layers_to_transform }))
  const frozen = await openWeights(goldenFolder('qwen2'))
  await frozen.close()
  const some = await createDecoder(CONFIG, await createOrtExecutor({ threads: 2 }), goldenWeights('qwen2'), {
    parts,
    frozen,
    seed: 0,
  })
  const all = await createDecoder(CONFIG, await createOrtExecutor({ threads: 2 }), goldenWeights('qwen2'))
  const losses = [await some.accumulateGradients(BATCH, 1), await all.accumulateGradients(BATCH, 1)]
  expect(Math.abs((losses[0] ?? NaN) - (losses[1] ?? NaN)) / BASE.trained_tokens).toBeLessThan(1e-6)
  const names = trainedParameters(CONFIG, parts).map(({ name }) => name)
  expect(names.map((name) => name.split('.')[2])).toEqual(expect.arrayContaining(layers_to_transform.split('-')))
  for (const name of names) expect(relativeError(await some.gradient(name), await all.gradient(name)), name).toBeLessThan(1e-5)
  await some.dispose()
  await all.dispose()
})
