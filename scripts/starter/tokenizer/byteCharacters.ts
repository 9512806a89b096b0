/**
 * How byte-level BPE writes the 256 bytes as visible characters: printable Latin-1 stands for itself, the others follow from U+0100 on
 * (`bytes_to_unicode` of GPT-2, `ByteLevel` of Hugging Face tokenizers). Index: byte.
 */
export function byteCharacters(): string[] {
  const isPlain = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPlain(byte) ? byte : next++))
}
