import { expect, it } from 'vitest'
import type { ModelConfig } from '../../../../src-main/engine/4-graph/config.ts'
import { growVocabulary, withVocabularyOf } from '../../../../src-main/engine/6-train/growVocabulary.ts'
import type { NamedTensor } from '../../../../src-main/engine/6-train/trainableModel.ts'

const config = { vocabularySize: 2, tiedEmbeddings: false } as ModelConfig

async function* weights(): AsyncGenerator<NamedTensor> {
  yield { name: 'model.embed_tokens.weight', shape: [2, 2], data: Float32Array.of(1, 2, 3, 6) }
  yield { name: 'model.norm.weight', shape: [2], data: Float32Array.of(1, 1) }
  yield { name: 'lm_head.weight', shape: [2, 2], data: Float32Array.of(-1, 0, 1, 0) }
}

async function collect(tensors: AsyncIterable<NamedTensor>): Promise<NamedTensor[]> {
  const all: NamedTensor[] = []
  for await (const tensor of tensors) all.push(tensor)
  return all
}

it('gives every token of the tokenizer a row, the mean of those before, in both tables', async () => {
  const grown = await collect(growVocabulary(weights(), withVocabularyOf(config, { vocabularySize: 4 })))
  expect(grown.map(({ name, shape, data }) => [name, shape, [...data]])).toEqual([
    ['model.embed_tokens.weight', [4, 2], [1, 2, 3, 6, 2, 4, 2, 4]],
    ['model.norm.weight', [2], [1, 1]],
    ['lm_head.weight', [4, 2], [-1, 0, 1, 0, 0, 0, 0, 0]],
  ])
})

it('leaves a model alone that has spare rows', async () => {
  const same = withVocabularyOf({ ...config, vocabularySize: 8 }, { vocabularySize: 5 })
  expect(same.vocabularySize).toBe(8)
  const [table] = await collect(growVocabulary(weights(), { ...same, vocabularySize: 2 }))
  expect(table?.shape).toEqual([2, 2])
})
