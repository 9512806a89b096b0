/** By their size in pixels, the kinds of picture that may be a PNG. Those of a retina display are the same pictures under other names. */
const KINDS: Readonly<Record<number, readonly string[]>> = {
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
}

/** macOS' icon file: elements of a kind, a length that counts both, and a picture (en.wikipedia.org/wiki/Apple_Icon_Image_format). */
export function icnsFile(pictures: readonly { size: number; png: Uint8Array }[]): Uint8Array {
  const elements = pictures.flatMap(({ size, png }) => (KINDS[size] ?? []).map((kind) => element(kind, png)))
  return element('icns', Buffer.concat(elements))
}

function element(kind: string, content: Uint8Array): Uint8Array {
  const header = Buffer.alloc(8)
  header.write(kind, 'latin1')
  header.writeUInt32BE(header.length + content.byteLength, 4)
  return Buffer.concat([header, content])
}
