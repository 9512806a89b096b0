import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** English passages of about this many characters: a few sentences. */
const PASSAGE_LENGTH = 700

/**
 * The text files of a folder as passages: whole sentences of one paragraph, up to about `PASSAGE_LENGTH` characters each.
 * @param wanted decides by file name
 */
export async function readProse(folder: string, wanted: (file: string) => boolean): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.txt') && wanted(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')))
  return texts.flatMap(passages)
}

/** The passages of a text. Typographic quotes become plain ones; headings and other scraps without a full sentence are left out. */
export function passages(text: string): string[] {
  const plain = text.normalize('NFC').replace(/[‘’]/gu, "'").replace(/[“”]/gu, '"').replaceAll('\u00a0', ' ')
  return plain
    .split(/\r?\n\s*\r?\n/u)
    .map((paragraph) => paragraph.replace(/\s+/gu, ' ').trim())
    .filter((paragraph) => /[.!?]"?$/u.test(paragraph) && paragraph.length >= 80)
    .flatMap(cut)
}

function cut(paragraph: string): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const sentence of paragraph.split(/(?<=[.!?]"?) (?=["A-Z])/u)) {
    if (piece !== '' && piece.length + sentence.length >= PASSAGE_LENGTH) {
      pieces.push(piece)
      piece = ''
    }
    piece = piece === '' ? sentence : `${piece} ${sentence}`
  }
  return [...pieces, piece]
}
