import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const FOLDER = 'resources/icon'
/** Width and height that a PNG states of itself. */
const sizeOf = (png: Buffer): [number, number] => {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  return [png.readUInt32BE(16), png.readUInt32BE(20)]
}
const read = (name: string): Promise<Buffer> => readFile(join(FOLDER, name))

describe('the program’s icons', () => {
  it('for Linux are pictures of the size that their name says', async () => {
    const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.png'))
    expect(names).toEqual(expect.arrayContaining(['16x16.png', '48x48.png', '256x256.png', '512x512.png']))
    for (const name of names) expect(`${sizeOf(await read(name)).join('x')}.png`).toBe(name)
  })

  it('for Windows are one file whose entries lead to pictures of their size, up to the 256 that an installer needs', async () => {
    const file = await read('icon.ico')
    const sizes = Array.from({ length: file.readUInt16LE(4) }, (_, i) => {
      const entry = 6 + 16 * i
      const [bytes, offset] = [file.readUInt32LE(entry + 8), file.readUInt32LE(entry + 12)]
      const size = file.readUInt8(entry) === 0 ? 256 : file.readUInt8(entry)
      expect(sizeOf(file.subarray(offset, offset + bytes))).toEqual([size, size])
      return size
    })
    expect(file.subarray(0, 4)).toEqual(Buffer.from([0, 0, 1, 0]))
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256])
  })

  it('for macOS are one file of whole elements, up to a retina display’s 1024', async () => {
    const file = await read('icon.icns')
    expect([file.toString('latin1', 0, 4), file.readUInt32BE(4)]).toEqual(['icns', file.length])
    const elements: Record<string, number> = {}
    for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4))
      elements[file.toString('latin1', at, at + 4)] = sizeOf(file.subarray(at + 8))[0]
    // https://en.wikipedia.org/wiki/Apple_Icon_Image_format
    const wanted = { icp4: 16, icp5: 32, ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256, ic14: 512 }
    expect(elements).toEqual(wanted)
  })
})
