import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import { Template } from '@huggingface/jinja'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

const file = (name: string): Promise<string> => readFile(new URL(`../../../resources/${name}`, import.meta.url), 'utf8')
let tokenizer: Tokenizer
const settingsSchema = z.looseObject({ chat_template: z.string(), eos_token: z.string(), pad_token: z.string() })
let settings: z.output<typeof settingsSchema>
const ids = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids
const pieces = (text: string): string[] => ids(text).map((id) => tokenizer.decode([id], { skip_special_tokens: false }))
const rowsOf = async (sample: string): Promise<z.output<typeof rowSchema>[]> =>
  (await file(`samples/${sample}/rows.jsonl`))
    .trimEnd()
    .split('\n')
    .map((line) => rowSchema.parse(JSON.parse(line)))
const rowSchema = z.object({ instruct: z.string(), input: z.string(), label: z.string() })

beforeAll(async () => {
  settings = settingsSchema.parse(JSON.parse(await file('starter-model/tokenizer_config.json')))
  tokenizer = new Tokenizer(z.looseObject({}).parse(JSON.parse(await file('starter-model/tokenizer.json'))), settings)
})

describe("the starter model's tokenizer", () => {
  it('gives back every row of the samples', async () => {
    for (const sample of ['poems', 'couplets']) {
      for (const { instruct, input, label } of await rowsOf(sample)) {
        expect(tokenizer.decode(ids(instruct + input + label))).toBe(instruct + input + label)
      }
    }
  })

  it('writes each character of the samples as one token; only a mark and the line break behind it go together', async () => {
    for (const sample of ['poems', 'couplets']) {
      for (const { instruct, input, label } of await rowsOf(sample)) {
        expect(pieces(instruct + input + label)).toEqual((instruct + input + label).match(/[。？！]\n|./gsu))
      }
    }
  })

  it('never merges across the end of a question', async () => {
    for (const { instruct, input, label } of await rowsOf('poems')) {
      expect(ids(instruct + input + label)).toEqual([...ids(instruct), ...ids(input), ...ids(label)])
    }
  })

  it('knows plain English words, and any other text byte by byte', () => {
    expect(pieces('The whale and the people of our country')).toHaveLength(8)
    for (const text of ['Größe 😀 \u0000 مرحبا', '  two  spaces\n\n', '𠮷野家']) expect(tokenizer.decode(ids(text))).toBe(text)
  })

  it('ends its vocabulary with the end of text, the marks of a message and [PAD], which no text spells', () => {
    expect(ids('<|endoftext|><|im_start|><|im_end|>[PAD]')).toEqual([6140, 6141, 6142, 6143])
    expect([settings.eos_token, settings.pad_token]).toEqual(['<|endoftext|>', '[PAD]'])
  })

  it('writes a chat as ChatML', () => {
    const messages = [
      { role: 'user', content: '接下一句：' },
      { role: 'assistant', content: '疑是地上霜。' },
    ]
    const template = new Template(settings.chat_template)
    expect(template.render({ messages })).toBe(
      '<|im_start|>user\n接下一句：<|im_end|>\n<|im_start|>assistant\n疑是地上霜。<|im_end|>\n',
    )
    expect(template.render({ messages: messages.slice(0, 1), add_generation_prompt: true })).toBe(
      '<|im_start|>user\n接下一句：<|im_end|>\n<|im_start|>assistant\n',
    )
  })
})
