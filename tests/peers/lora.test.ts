import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openModel } from '../../src-main/engine/8-infer/openModel.ts'
import { mergeAdapter } from '../../src-main/jobs/mergeAdapter.ts'
import { startRun } from '../../src-main/jobs/runs.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { askPeer } from './peers.ts'

const IDS = [270, 269, 268, 310, 12, 34, 56]

test('an adapter trained here, and the model merged of it, give in PEFT and transformers the scores that it gives here', async () => {
  const folder = await temporaryFolder()
  const [adapter, merged] = [join(folder, 'run'), join(folder, 'merged')]
  await startRun({
    data: 'tests/fixtures/poems.json',
    model: resolve('tests/golden/data/qwen2'),
    output: adapter,
    preset: 'tutorial',
    settings: {
      method: 'lora',
      r: 4,
      learning_rate: 2e-2,
      use_rslora: true,
      modules_to_save: 'embed_tokens',
      layers_to_transform: '1',
      save_strategy: 'no',
    },
  })
  await mergeAdapter({ adapter, output: merged })
  const model = await openModel(adapter)
  const ours = await model.decoder.begin([]).read(IDS, IDS.length)
  await model.close()
  const theirs = await askPeer<{ adapter: number[]; merged: number[] }>('adapter_logits.py', { adapter, merged, ids: IDS })
  for (const found of [theirs.adapter, theirs.merged])
    ours.forEach((value, i) => {
      expect(Math.abs(value - (found[i] ?? NaN))).toBeLessThan(1e-4)
    })
})
