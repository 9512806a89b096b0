import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSettings } from '../../../src-main/contract/trainingSettings.ts'
import { trainingPlan } from '../../../src-main/engine/3-batches/trainingPlan.ts'
import { parseConfig } from '../../../src-main/engine/4-graph/parseConfig.ts'
import { readModelFolder } from '../../../src-main/files/modelFolder.ts'
import {
  bytesOfKeptOutputs,
  keptOutputs,
  layersOfPass,
  openFrozenOutputs,
  roomForOutputs,
  takenRoom,
} from '../../../src-main/jobs/keptOutputs.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** Two layers, tied tables. */
const config = parseConfig((await readModelFolder(resolve('tests/golden/data/qwen2'))).config)
const keptOf = (given: Record<string, unknown>) => {
  const settings = createSettings({ layers_to_transform: '1', eval_strategy: 'epoch', ...given })
  return keptOutputs(config, settings, trainingPlan(8, settings))
}

describe('the outputs of frozen layers are kept', () => {
  it.each([
    ['of every row of several epochs', {}, { layers: 1, training: true, evaluation: true }],
    ['with LoRA too', { method: 'lora' }, { layers: 1, training: true, evaluation: true }],
    [
      'of evaluated rows alone where there is one epoch',
      { num_train_epochs: 1, per_device_train_batch_size: 1, eval_strategy: 'steps', eval_steps: 0.5 },
      { training: false, evaluation: true },
    ],
    ['of learned rows alone where nothing is evaluated', { eval_strategy: 'no' }, { training: true, evaluation: false }],
    ['of none where the settings say so', { frozen_cache: 'off' }, { layers: 1, training: false, evaluation: false }],
    ['of none where every layer is trained', { layers_to_transform: null }, { layers: 0, training: false }],
    ['of none where the lowest layer is', { layers_to_transform: '0' }, { layers: 0, training: false }],
    ['of none where the embedding is', { method: 'lora', modules_to_save: 'embed_tokens' }, { layers: 0, training: false }],
  ])('%s', (_, settings, expected) => {
    expect(keptOf(settings)).toMatchObject(expected)
  })
})

it('is of layers that later epochs do not go through', () => {
  const [first, again] = [
    { back: 1, forward: 1 },
    { back: 1, forward: 0 },
  ]
  expect(layersOfPass(config, keptOf({}))).toEqual({ first, later: again })
  expect(layersOfPass(config, keptOf({ frozen_cache: 'off' }))).toEqual({ first, later: first })
})

it('takes what memory training leaves of its half, and half of the rest of the disk', () => {
  const disk = { needed: 100, free: 300 }
  expect(roomForOutputs({ needed: 100, available: 400 }, disk)).toEqual({ memory: 100, disk: 100 })
  expect(roomForOutputs({ needed: 300, available: 400 }, { needed: 400, free: 300 })).toEqual({ memory: 0, disk: 0 })
  expect([50, 150, 500].map((bytes) => takenRoom(bytes, { memory: 100, disk: 100 }))).toEqual([
    { memory: 50, disk: 0 },
    { memory: 100, disk: 50 },
    { memory: 100, disk: 100 },
  ])
})

it('counts the bytes of every token that is met again', () => {
  const sizes = { learnedFrom: [{ tokens: 30, supervised: 1 }], heldOut: [{ tokens: 12, supervised: 1 }] }
  const bytes = (given: Record<string, unknown>): number =>
    bytesOfKeptOutputs(config, createSettings({ layers_to_transform: '1', ...given }), keptOf(given), sizes)
  expect(bytes({})).toBe(42 * 4 * config.hiddenSize)
  expect(bytes({ frozen_cache: 'float16', eval_strategy: 'no' })).toBe(30 * 2 * config.hiddenSize)
})

it('leaves nothing in the run’s folder', async () => {
  const folder = await temporaryFolder()
  const outputs = openFrozenOutputs(
    folder,
    createSettings({ frozen_cache: 'float32' }),
    { kept: keptOf({}), room: { memory: 0, disk: 1e6 }, taken: { memory: 0, disk: 0 } },
    () => 0,
  )
  for (let id = 0; id < 3; id++) await outputs?.of(Int32Array.of(id), () => Promise.resolve(new Float32Array(8)))
  await outputs?.close()
  expect(await readdir(folder)).toEqual([])
})
