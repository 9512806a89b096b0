import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openWeights } from '../../../src-main/files/safetensors.ts'
import { refusal } from '../../support/refusal.ts'
import { float32Bytes, safetensorsBytes } from '../../support/safetensorsBytes.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const INDEX = 'model.safetensors.index.json'
const tensor = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})
const bytes = (length: number) => new Uint8Array(length)

async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}
const opening = async (file: Uint8Array | string) => openWeights(await folderWith({ 'model.safetensors': file }))

describe('a header that lies is refused before anything is loaded', () => {
  it.each<[string, Uint8Array | string]>([
    ['larger than 100 MB', safetensorsBytes('{}', bytes(0), 100_000_001)],
    ['larger than any number', safetensorsBytes('{}', bytes(0), 0xffff_ffff_ffff_ffffn)],
    ['no JSON', safetensorsBytes('{"a":')],
    ['another kind of JSON', safetensorsBytes('[1, 2]')],
    ['spaces before it', safetensorsBytes('  {}')],
    ['a byte order mark', safetensorsBytes('\ufeff{}')],
    ['not UTF-8', safetensorsBytes(Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d))],
    ['no text but nothing', safetensorsBytes('')],
    ['an entry that is no object', safetensorsBytes({ a: 1 })],
    ['an entry without a shape', safetensorsBytes({ a: { dtype: 'F32', data_offsets: [0, 4] } }, bytes(4))],
    ['an entry with a field too many', safetensorsBytes({ a: { ...tensor(0, 4), more: 1 } }, bytes(4))],
    ['negative dimensions', safetensorsBytes({ a: tensor(0, 4, [-1, -1]) }, bytes(4))],
    ['fractional dimensions', safetensorsBytes({ a: tensor(0, 4, [0.5, 2]) }, bytes(4))],
    ['a product beyond 2^64', safetensorsBytes({ a: tensor(0, 0, [2 ** 33, 2 ** 33]) })],
    ['more dimensions than any model has', safetensorsBytes({ a: tensor(0, 4, Array(17).fill(1)) }, bytes(4))],
    ['a shape too large for its span', safetensorsBytes({ a: tensor(0, 4, [2]) }, bytes(4))],
    ['a shape too small for its span', safetensorsBytes({ a: tensor(0, 8, [1]) }, bytes(8))],
    ['a span that ends before it begins', safetensorsBytes({ a: tensor(4, 0, [1]) }, bytes(4))],
    ['negative offsets', safetensorsBytes({ a: tensor(-4, 0, [1]) }, bytes(4))],
    ['spans that overlap', safetensorsBytes({ a: tensor(0, 8), b: tensor(4, 12) }, bytes(12))],
    ['one span twice', safetensorsBytes({ a: tensor(0, 4), b: tensor(0, 4) }, bytes(4))],
    ['a hole between spans', safetensorsBytes({ a: tensor(0, 4), b: tensor(8, 12) }, bytes(12))],
    ['a hole at the beginning', safetensorsBytes({ a: tensor(4, 8) }, bytes(8))],
    ['bytes after the last tensor', safetensorsBytes({ a: tensor(0, 4) }, bytes(8))],
    [
      'a tensor twice',
      safetensorsBytes(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        bytes(4),
      ),
    ],
    [
      'a tensor twice, once escaped',
      safetensorsBytes(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        bytes(4),
      ),
    ],
    [
      'a field of an entry twice',
      safetensorsBytes('{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
    ],
    ['a tensor named __proto__', safetensorsBytes('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4))],
    ['a name of a million characters', safetensorsBytes({ ['n'.repeat(1_000_000)]: tensor(0, 4) }, bytes(4))],
    ['metadata that is no text', safetensorsBytes({ __metadata__: { format: 1 }, a: tensor(0, 4) }, bytes(4))],
    ['metadata that is no map', safetensorsBytes({ __metadata__: 'pt', a: tensor(0, 4) }, bytes(4))],
  ])('%s', async (_, file) => {
    await expect(opening(file)).rejects.toEqual(refusal('weights/damaged', { file: 'model.safetensors' }))
  })

  it('a brace within a name does not hide the second of two', async () => {
    const file = safetensorsBytes(
      '{"}{":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"}{":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}',
      bytes(4),
    )
    await expect(opening(file)).rejects.toEqual(refusal('weights/damaged', { detail: '"}{" is there twice' }))
  })

  it.each(['F4', 'float32', 'constructor'])('a type that is not known by name: %s', async (dtype) => {
    await expect(opening(safetensorsBytes({ a: tensor(0, 4, [1], dtype) }, bytes(4)))).rejects.toEqual(
      refusal('weights/unsupported-type', { dtype, tensor: 'a' }),
    )
  })
})

describe('a file that was cut off says how long it should be', () => {
  const whole = safetensorsBytes({ a: tensor(0, 8) }, float32Bytes(1, 2))
  it.each([0, 1, 7, 8, 20, whole.length - 1])('after %d bytes', async (length) => {
    await expect(opening(whole.subarray(0, length))).rejects.toEqual(refusal('weights/truncated', { file: 'model.safetensors' }))
  })

  it('while it is being read', async () => {
    const folder = await folderWith({ 'model.safetensors': whole })
    const weights = await openWeights(folder)
    await writeFile(join(folder, 'model.safetensors'), whole.subarray(0, whole.length - 4))
    await expect(weights.read('a')).rejects.toEqual(
      refusal('weights/truncated', { actual: whole.length - 4, expected: whole.length }),
    )
    await weights.close()
  })
})

describe('other formats are recognised by their content, whatever they are called', () => {
  const zip = (entry: string) =>
    Buffer.concat([
      Buffer.from('PK\x03\x04\0\0\b\b\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1'),
      Buffer.from([entry.length, 0, 0, 0]),
      Buffer.from(entry),
    ])
  const bare = Uint8Array.of(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20)
  const hdf5 = Buffer.from('\x89HDF\r\n\x1a\n\0\0\0\0', 'latin1')

  it.each([
    ['a zipped pickle', zip('archive/data.pkl'), 'weights/pickle'],
    ['a bare pickle', bare, 'weights/pickle'],
    ['HDF5', hdf5, 'weights/hdf5'],
  ] as const)('%s', async (_, content, code) => {
    await expect(opening(content)).rejects.toEqual(refusal(code, { file: 'model.safetensors' }))
    const elsewhere = await folderWith({ 'config.json': '{}', 'weights.txt': content })
    await expect(openWeights(elsewhere)).rejects.toEqual(refusal(code, { file: 'weights.txt' }))
  })

  it('a safetensors file whose header has 640 bytes is none of them', async () => {
    const header = JSON.stringify({ a: tensor(0, 4) }).padEnd(640)
    const weights = await opening(safetensorsBytes(header, float32Bytes(3)))
    expect([...(await weights.read('a'))]).toEqual([3])
    await weights.close()
  })

  it('a zip of anything else is no reason to speak of pickles', async () => {
    const folder = await folderWith({ 'papers.zip': zip('paper.pdf'), 'config.json': '{}' })
    await expect(openWeights(folder)).rejects.toEqual(refusal('weights/not-found', { folder }))
  })
})

describe('a path inside the index stays inside the folder', () => {
  it.each([
    '../secret.safetensors',
    'a/../../secret.safetensors',
    './model.safetensors',
    '/etc/passwd',
    'C:\\secret.safetensors',
    'C:secret.safetensors',
    '..\\secret.safetensors',
    '\\\\server\\share\\x',
    'a\0.safetensors',
    'a\n.safetensors',
    'https://example.org/x.safetensors',
    'file:///etc/passwd',
    '',
    'a//b',
  ])('%j', async (path) => {
    const folder = await folderWith({ [INDEX]: JSON.stringify({ weight_map: { a: path } }) })
    await expect(openWeights(folder)).rejects.toEqual(refusal('files/outside-folder', { path, folder }))
  })

  it('a link that leads out, to a file or through a folder', async () => {
    const outside = await folderWith({ 'secret.safetensors': safetensorsBytes({ a: tensor(0, 4) }, bytes(4)) })
    const folder = await folderWith({ [INDEX]: JSON.stringify({ weight_map: { a: 'link.safetensors' } }) })
    await symlink(join(outside, 'secret.safetensors'), join(folder, 'link.safetensors'))
    await expect(openWeights(folder)).rejects.toEqual(refusal('files/outside-folder', { path: 'link.safetensors' }))

    await symlink(outside, join(folder, 'inner'))
    await writeFile(join(folder, INDEX), JSON.stringify({ weight_map: { a: 'inner/secret.safetensors' } }))
    await expect(openWeights(folder)).rejects.toEqual(refusal('files/outside-folder', { path: 'inner/secret.safetensors' }))
  })

  it('model.safetensors itself, or the index, as a link that leads out', async () => {
    const outside = await folderWith({ whole: safetensorsBytes({ a: tensor(0, 4) }, bytes(4)), index: '{"weight_map":{}}' })
    for (const [target, name] of [
      ['whole', 'model.safetensors'],
      ['index', INDEX],
    ] as const) {
      const folder = await temporaryFolder()
      await symlink(join(outside, target), join(folder, name))
      await expect(openWeights(folder)).rejects.toEqual(refusal('files/outside-folder', { path: name }))
    }
  })

  it('a link within the folder is fine', async () => {
    const folder = await folderWith({ 'real.safetensors': safetensorsBytes({ a: tensor(0, 4) }, float32Bytes(4)) })
    await symlink('real.safetensors', join(folder, 'model.safetensors'))
    const weights = await openWeights(folder)
    expect(weights.tensors.get('a')?.file).toBe('real.safetensors')
    await weights.close()
  })
})

describe('an index that is not sound', () => {
  const shard = safetensorsBytes({ a: tensor(0, 4), b: tensor(4, 8) }, bytes(8))
  it.each([
    ['no JSON', '{'],
    ['no map', '{"weight_map":[]}'],
    ['no map of texts', '{"weight_map":{"a":1}}'],
    ['a name twice', '{"weight_map":{"a":"s","a":"s","b":"s"}}'],
    ['a tensor that its file does not have', '{"weight_map":{"a":"s","b":"s","c":"s"}}'],
    ['a tensor of a file left out', '{"weight_map":{"a":"s"}}'],
    ['a tensor in two files', '{"weight_map":{"a":"s","b":"t"}}'],
    [
      'more files than any model has',
      JSON.stringify({ weight_map: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`a${i}`, `s${i}`])) }),
    ],
  ])('%s', async (_, index) => {
    const folder = await folderWith({ [INDEX]: index, s: shard, t: shard })
    await expect(openWeights(folder)).rejects.toEqual(refusal('weights/bad-index'))
  })

  it('names the file that is missing', async () => {
    const folder = await folderWith({ [INDEX]: '{"weight_map":{"a":"model-00001-of-00002.safetensors"}}' })
    await expect(openWeights(folder)).rejects.toEqual(
      refusal('weights/missing-shard', { file: 'model-00001-of-00002.safetensors' }),
    )
  })

  it('is not read when it is larger than any index', async () => {
    const folder = await folderWith({ [INDEX]: bytes(50_000_001) })
    await expect(openWeights(folder)).rejects.toEqual(refusal('files/too-large', { size: 50_000_001 }))
  })
})

describe('what is no file', () => {
  it('a folder that is not there, or is a file', async () => {
    const folder = await folderWith({ file: '' })
    await expect(openWeights(join(folder, 'nowhere'))).rejects.toEqual(refusal('files/not-a-folder'))
    await expect(openWeights(join(folder, 'file'))).rejects.toEqual(refusal('files/not-a-folder'))
  })

  it('a folder called model.safetensors', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'model.safetensors'))
    await expect(openWeights(folder)).rejects.toEqual(refusal('files/cannot-read', { reason: 'not a regular file' }))
  })
})
