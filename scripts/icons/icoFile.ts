const HEADER_BYTES = 6
const ENTRY_BYTES = 16

/**
 * Windows' icon file with its pictures as PNG, which Windows reads since Vista (learn.microsoft.com/previous-versions/ms997538: ICONDIR, ICONDIRENTRY).
 * @param pictures square, at most 256 pixels wide
 */
export function icoFile(pictures: readonly { size: number; png: Uint8Array }[]): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES + ENTRY_BYTES * pictures.length)
  header.writeUInt16LE(1, 2) // an icon, not a cursor
  header.writeUInt16LE(pictures.length, 4)
  let offset = header.length
  for (const [i, { size, png }] of pictures.entries()) {
    const entry = HEADER_BYTES + ENTRY_BYTES * i
    header.writeUInt8(size % 256, entry) // 0 stands for 256
    header.writeUInt8(size % 256, entry + 1)
    header.writeUInt16LE(1, entry + 4) // colour planes
    header.writeUInt16LE(32, entry + 6) // bits a pixel
    header.writeUInt32LE(png.byteLength, entry + 8)
    header.writeUInt32LE(offset, entry + 12)
    offset += png.byteLength
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)])
}
