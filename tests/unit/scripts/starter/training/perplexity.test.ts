import { expect, it } from 'vitest'
import { perplexity } from '../../../../../scripts/starter/training/perplexity.ts'
import { learnedRows } from '../../../../../scripts/starter/training/learnedRows.ts'
import { initialWeights } from '../../../../../scripts/starter/model/initialWeights.ts'
import { modelConfig } from '../../../../../scripts/starter/model/modelConfig.ts'
import { parseConfig } from '../../../../../src-main/engine/4-graph/parseConfig.ts'
import { createReferenceExecutor } from '../../../../../src-main/engine/5-exec/referenceExecutor.ts'
import { createDecoder } from '../../../../../src-main/engine/6-train/decoder.ts'

it('is the size of the vocabulary where a model finds every token equally likely', async () => {
  const small = {
    hidden_size: 8,
    intermediate_size: 8,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    num_hidden_layers: 1,
    max_window_layers: 1,
  }
  const config = parseConfig({ ...modelConfig(32, { endOfText: 28, pad: 31 }), ...small, initializer_range: 0 })
  const model = await createDecoder(config, createReferenceExecutor(), initialWeights(config, 1))
  const starts = Uint32Array.from({ length: 41 }, (_, i) => i * 3)
  const rows = learnedRows({ tokens: Uint16Array.from({ length: 120 }, (_, i) => i % 32), starts }, 8)
  expect(await perplexity(model, rows)).toBeCloseTo(32, 6)
  await model.dispose()
})
