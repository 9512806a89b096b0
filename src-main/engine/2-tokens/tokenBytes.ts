import { byteAlphabet } from './byteAlphabet.ts'
import type { TokenId } from './tokenisedRow.ts'
import type { TokenizerFiles } from './tokenizerFiles.ts'

const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/
/** SentencePiece writes a space as this. */
const SPACE_MARK = '\u2581'

/**
 * How a tokenizer's tokens stand for bytes: in the byte-level alphabet where its decoder says so, else as SentencePiece writes them.
 * A token that has a character outside of the alphabet stands for itself, as in the Rust library (decoders/byte_level.rs).
 */
export function tokenBytes(
  { tokenizerJson: { added_tokens, decoder } }: TokenizerFiles,
  token: (id: TokenId) => string | undefined,
): (id: TokenId) => Uint8Array {
  const encoder = new TextEncoder()
  const added = new Set(added_tokens.map(({ id }) => id))
  const alphabet = JSON.stringify(decoder).includes('"ByteLevel"') ? byteAlphabet() : null
  return (id) => {
    const text = token(id) ?? ''
    if (added.has(id)) return encoder.encode(text)
    if (alphabet) {
      const bytes = Array.from(text, (character) => alphabet.get(character))
      return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : encoder.encode(text)
    }
    const byte = BYTE_TOKEN.exec(text)?.[1]
    return byte === undefined ? encoder.encode(text.replaceAll(SPACE_MARK, ' ')) : Uint8Array.of(parseInt(byte, 16))
  }
}
