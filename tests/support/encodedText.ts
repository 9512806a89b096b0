/**
 * A text's bytes in an encoding that Node can decode but not encode: every byte sequence of one or two bytes (in GB18030 the four-byte ones are left
 * out) is decoded once, and the table turned around.
 */
export function encodeText(text: string, encoding: 'gb18030' | 'big5' | 'shift_jis'): Uint8Array {
  const table = tableOf(encoding)
  return Uint8Array.from(
    Array.from(text).flatMap((character) => {
      const bytes = table.get(character)
      if (!bytes) throw new Error(`${encoding} has no ${character}`)
      return bytes
    }),
  )
}

export function encodeUtf16(text: string, order: 'le' | 'be', mark: boolean): Uint8Array {
  const bytes = Buffer.from((mark ? '\uFEFF' : '') + text, 'utf16le')
  return new Uint8Array(order === 'le' ? bytes : bytes.swap16())
}

/** Its letters of western languages, and the marks that it has beyond ISO 8859-1. */
export function encodeWindows1252(text: string): Uint8Array {
  const marks: Record<string, number> = {
    '€': 0x80,
    '‚': 0x82,
    '„': 0x84,
    '…': 0x85,
    Œ: 0x8c,
    '‘': 0x91,
    '’': 0x92,
    '“': 0x93,
    '”': 0x94,
    '–': 0x96,
    '—': 0x97,
    œ: 0x9c,
  }
  return Uint8Array.from(text, (character) => {
    const byte = marks[character] ?? character.charCodeAt(0)
    if (byte > 0xff || character.length > 1) throw new Error(`Windows-1252 has no ${character}`)
    return byte
  })
}

const tables = new Map<string, Map<string, number[]>>()

function tableOf(encoding: string): Map<string, number[]> {
  const known = tables.get(encoding)
  if (known) return known
  const decoder = new TextDecoder(encoding, { fatal: true })
  const table = new Map<string, number[]>()
  const put = (...bytes: number[]): void => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes))
      if (Array.from(text).length === 1 && !table.has(text)) table.set(text, bytes)
    } catch {
      // no character of this encoding
    }
  }
  for (let byte = 0; byte < 256; byte++) put(byte)
  for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) put(lead, trail)
  tables.set(encoding, table)
  return table
}
