import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readModelFolder, type ModelFolder } from '../../../src-main/files/modelFolder.ts'
import { openTokenizer, type Tokenizer } from '../../../src-main/engine/2-tokens/openTokenizer.ts'
import { tokeniseRows } from '../../../src-main/engine/2-tokens/tokeniseRow.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import { parseConfig } from '../../../src-main/engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder, type Decoder } from '../../../src-main/engine/6-train/decoder.ts'
import { readWeights } from '../../../src-main/engine/7-record/checkpoint.ts'

const FOLDER = fileURLToPath(new URL('../../../resources/starter-model', import.meta.url))
const COUPLETS = fileURLToPath(new URL('../../../resources/samples/couplets/rows.jsonl', import.meta.url))

let files: ModelFolder
let tokenizer: Tokenizer
let model: Decoder
beforeAll(async () => {
  files = await readModelFolder(FOLDER)
  tokenizer = await openTokenizer(FOLDER)
  model = await createDecoder(parseConfig(files.config), await createOrtExecutor(), readWeights(FOLDER))
})
afterAll(async () => {
  await tokenizer.close()
  await model.dispose()
})

describe('the starter model', () => {
  it('is at most 25 MB with all its files', async () => {
    const sizes = await Promise.all((await readdir(FOLDER)).map(async (name) => (await stat(path.join(FOLDER, name))).size))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(25_000_000)
  })

  it('ends and pads with the tokens that its tokenizer names', () => {
    expect(files.config['vocab_size']).toBe(tokenizer.vocabularySize)
    expect(files.config['eos_token_id']).toBe(tokenizer.eosId)
    expect(files.generationConfig).toMatchObject({
      eos_token_id: [tokenizer.eosId, tokenizer.encode('<|im_end|>')[0]],
      pad_token_id: tokenizer.padId,
    })
    expect([tokenizer.padToken, tokenizer.padAdded]).toEqual(['[PAD]', false])
  })

  it('is licensed as the app is, and its card states data, held-out perplexity and limits', async () => {
    expect(files.license).toBe('apache-2.0')
    const card = await readFile(path.join(FOLDER, 'README.md'), 'utf8')
    for (const heading of ['## Data', '## Training', '## Held-out perplexity', '## Limits']) expect(card).toContain(heading)
    expect(card).toContain('seed 42')
  })

  it('reads verse that it was not trained on much better than the same verse backwards', async () => {
    const row = z.object({ instruct: z.string(), input: z.string(), label: z.string() })
    const couplets = (await readFile(COUPLETS, 'utf8')).trimEnd().split('\n').slice(0, 40)
    const rows = couplets.map((line) => row.parse(JSON.parse(line)))
    const meanLoss = async (turn: (text: string) => string): Promise<number> => {
      const turned = rows.map(({ instruct, input, label }) => ({ instruct, input: turn(input), label: turn(label) }))
      const batch = packBatch(await tokeniseRows(tokenizer, turned, { maxLength: 64, lossOn: 'answer', template: 'plain' }))
      return (await model.evaluate(batch)) / batch.targets.length
    }
    const backwards = (text: string): string => Array.from(text.slice(0, -1)).reverse().join('') + text.slice(-1)
    expect(await meanLoss((text) => text)).toBeLessThan((await meanLoss(backwards)) - 0.2)
  })
})
