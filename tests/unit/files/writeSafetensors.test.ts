import { describe, expect, it } from 'vitest'
import { type TensorData, writeSafetensors } from '../../../src-main/files/writeSafetensors.ts'

const tensors: TensorData[] = [
  { name: 'b.weight', shape: [2, 1], data: Float32Array.of(1, -2) },
  { name: '10', shape: [], data: Float32Array.of(0.1) },
  { name: '层', shape: [3], data: Float32Array.of(1, 2, 3) },
]

async function written(
  ...[heads, data, options]: Parameters<typeof writeSafetensors> extends [unknown, ...infer Rest] ? Rest : never
) {
  const pieces: Uint8Array[] = []
  await writeSafetensors((bytes) => Promise.resolve(void pieces.push(bytes.slice())), heads, data, options)
  const file = Buffer.concat(pieces)
  const headerLength = Number(file.readBigUInt64LE(0))
  return { header: file.subarray(8, 8 + headerLength).toString(), data: file.subarray(8 + headerLength) }
}

describe('the header', () => {
  it('is compact JSON, metadata first, tensors in the order given, padded with spaces to a multiple of eight', async () => {
    const { header } = await written(tensors, tensors)
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"format":"pt"},"b.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},' +
        '"10":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"层":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}}',
    )
    expect(Buffer.byteLength(header) % 8).toBe(0)
    expect(Buffer.byteLength(header) - Buffer.byteLength(header.trimEnd())).toBeLessThan(8)
  })

  it('counts two bytes an element in the short types, and takes other metadata', async () => {
    const { header } = await written(tensors.slice(0, 1), tensors.slice(0, 1), {
      dtype: 'BF16',
      metadata: { format: 'pt', made_by: 'a test' },
    })
    expect(JSON.parse(header)).toEqual({
      __metadata__: { format: 'pt', made_by: 'a test' },
      'b.weight': { dtype: 'BF16', shape: [2, 1], data_offsets: [0, 4] },
    })
  })
})

it('the data follow, little endian', async () => {
  const { data } = await written(tensors, tensors)
  expect(data.length).toBe(24)
  expect([data.readFloatLE(0), data.readFloatLE(4), data.readFloatLE(8), data.readFloatLE(20)]).toEqual([
    1,
    -2,
    Math.fround(0.1),
    3,
  ])
})

it('a narrow type longer than one piece is written whole', async () => {
  const values = Float32Array.from({ length: 4_194_304 + 3 }, (_, i) => i % 251)
  const long = [{ name: 'long', shape: [values.length], data: values }]
  const { data } = await written(long, long, { dtype: 'BF16' })
  expect(data.length).toBe(values.length * 2)
  const bits = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length))
  const read = new Float32Array(Uint32Array.from(bits, (each) => each << 16).buffer)
  expect(read.every((value, i) => value === values[i])).toBe(true)
})

describe('data that are not what the header announced are a mistake of the program', () => {
  it.each([
    ['another order', tensors, [...tensors].reverse()],
    ['too few', tensors, tensors.slice(0, 2)],
    ['too many', tensors.slice(0, 2), tensors],
    ['another size', tensors, [{ name: 'b.weight', shape: [2, 1], data: new Float32Array(3) }, ...tensors.slice(1)]],
  ])('%s', async (_, heads, data) => {
    await expect(written(heads, data)).rejects.toThrow('safetensors:')
  })
})
