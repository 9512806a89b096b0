/**
 * The characters by which byte-level tokenizers write bytes (GPT-2, encoder.py, bytes_to_unicode): printable Latin-1 stands for itself,
 * the other bytes for the characters from U+0100 on.
 */
export function byteAlphabet(): Map<string, number> {
  const printable = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad)
  const alphabet = new Map<string, number>()
  let next = 0x100
  for (let byte = 0; byte < 256; byte++) alphabet.set(String.fromCharCode(printable(byte) ? byte : next++), byte)
  return alphabet
}
