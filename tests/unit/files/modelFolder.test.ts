import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOfAtomicFiles } from '../../../src-main/files/atomicFile.ts'
import { configWithDtype, copySideFiles, readModelFolder } from '../../../src-main/files/modelFolder.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries({
    'config.json': '{"model_type":"llama"}',
    'tokenizer.json': '{"model":{}}',
    ...files,
  }))
    await writeFile(join(folder, name), content)
  return folder
}

describe('reading', () => {
  it('needs config.json and tokenizer.json; all else may be missing', async () => {
    expect(await readModelFolder(await folderWith({}))).toEqual({
      config: { model_type: 'llama' },
      tokenizer: { model: {} },
      tokenizerConfig: {},
      generationConfig: null,
      specialTokensMap: null,
      chatTemplate: null,
      license: null,
    })
  })

  it('reads what is there', async () => {
    const folder = await folderWith({
      'tokenizer_config.json': '\ufeff{"eos_token":"<end>"}',
      'generation_config.json': '{"temperature":0.7}',
      'special_tokens_map.json': '{"pad_token":"[PAD]"}',
      'chat_template.jinja': '{{ 消息 }}',
      'README.md': '---\r\nlanguage: zh\r\nlicense: "apache-2.0"\r\n---\r\n# A model\r\nlicense: mit\r\n',
    })
    expect(await readModelFolder(folder)).toMatchObject({
      tokenizerConfig: { eos_token: '<end>' },
      generationConfig: { temperature: 0.7 },
      specialTokensMap: { pad_token: '[PAD]' },
      chatTemplate: '{{ 消息 }}',
      license: 'apache-2.0',
    })
  })

  it('a license is what the front matter says, and nothing else', async () => {
    const license = async (readme: string) => (await readModelFolder(await folderWith({ 'README.md': readme }))).license
    expect(await license('---\nlicense: mit # see below\n---\n')).toBe('mit')
    expect(await license('# Title\nlicense: mit\n')).toBeNull()
    expect(await license('---\nbase:\n  license: mit\n---\n')).toBeNull()
    expect(await license("---\nlicense: 'llama3.2'\n---\n")).toBe('llama3.2')
  })
})

describe('a folder that is not a model is told apart', () => {
  it.each(['config.json', 'tokenizer.json'])('without %s', async (file) => {
    const folder = await temporaryFolder()
    if (file === 'tokenizer.json') await writeFile(join(folder, 'config.json'), '{}')
    await expect(readModelFolder(folder)).rejects.toEqual(refusal('files/missing', { file, folder }))
  })

  it.each([
    ['no JSON', '{', 'files/not-json'],
    ['another kind of JSON', '[]', 'files/not-json'],
    ['null', 'null', 'files/not-json'],
    ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'files/not-text'],
    ['larger than any config', new Uint8Array(10_000_001), 'files/too-large'],
  ] as const)('config.json is %s', async (_, content, code) => {
    await expect(readModelFolder(await folderWith({ 'config.json': content }))).rejects.toEqual(refusal(code))
  })

  it('files that are links to another place, folders, or not there', async () => {
    const folder = await temporaryFolder()
    await symlink(join(await folderWith({}), 'config.json'), join(folder, 'config.json'))
    await expect(readModelFolder(folder)).rejects.toEqual(refusal('files/outside-folder', { path: 'config.json' }))
    const other = await temporaryFolder()
    await mkdir(join(other, 'config.json'))
    await expect(readModelFolder(other)).rejects.toEqual(refusal('files/cannot-read'))
    await expect(readModelFolder(join(other, 'nowhere'))).rejects.toEqual(refusal('files/not-a-folder'))
  })
})

it('tokenizer, generation settings and license texts are copied byte by byte, weights and all else are not', async () => {
  const odd = Uint8Array.of(0, 255, 10, 13)
  const folder = await folderWith({
    'vocab.json': odd,
    'merges.txt': '',
    'chat_template.jinja': 'x',
    'generation_config.json': '{}',
    LICENSE: 'the terms',
    'Notice.txt': 'the notice',
    'licensed_data.bin': 'no license text',
    'model.safetensors': 'weights',
    'README.md': 'about the old model',
  })
  const target = await temporaryFolder()
  const names = [
    'LICENSE',
    'Notice.txt',
    'chat_template.jinja',
    'generation_config.json',
    'merges.txt',
    'tokenizer.json',
    'vocab.json',
  ]
  expect(await copySideFiles(folder, folderOfAtomicFiles(target))).toEqual(names)
  expect((await readdir(target)).sort()).toEqual(names)
  expect([...(await readFile(join(target, 'vocab.json')))]).toEqual([...odd])
  expect(await readFile(join(target, 'merges.txt'), 'utf8')).toBe('')
})

it('the type of the saved weights stands in the field that the config uses', () => {
  expect(configWithDtype({ torch_dtype: 'bfloat16', a: 1 }, 'F32')).toEqual({ torch_dtype: 'float32', a: 1 })
  expect(configWithDtype({ dtype: 'bfloat16' }, 'F32')).toEqual({ dtype: 'float32' })
  expect(configWithDtype({ dtype: 'bfloat16', torch_dtype: 'bfloat16' }, 'F16')).toEqual({
    dtype: 'float16',
    torch_dtype: 'float16',
  })
  expect(configWithDtype({}, 'BF16')).toEqual({ torch_dtype: 'bfloat16' })
})
