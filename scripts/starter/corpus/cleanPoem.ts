/** A poem in simplified characters. */
export interface Poem {
  /** Empty where the source has none, or one that is a note rather than a title. */
  title: string
  /** Empty where the source has none that is a plain name. */
  author: string
  /** Sentences with their punctuation, one couplet each as a rule. */
  lines: string[]
}

/** A poem as the collection writes it. */
export interface RawPoem {
  title: string
  author: string
  paragraphs: string[]
}

const LONGEST_LINE = 40
const LONGEST_NAME = 20
const POEM_TEXT = /^[\p{Script=Han}，。？！；：、《》“”‘’]+$/u
const NAME_TEXT = /^[\p{Script=Han}，、·《》 ]+$/u
const SENTENCES = /[^。？！；]+[。？！；][”’》]*/gu

/**
 * Simplified characters, without the editors' notes, a sentence a line.
 * @param simplify turns traditional characters into simplified ones
 * @returns null where what is left is not a whole poem: lacunae (□), characters that Unicode lacks ({亻/丸}), emendations in
 * brackets, prose, a single sentence
 */
export function cleanPoem(raw: RawPoem, simplify: (text: string) => string): Poem | null {
  const text = tidy(raw.paragraphs.join(''), simplify)
  const lines = text.match(SENTENCES) ?? []
  const whole = POEM_TEXT.test(text) && lines.join('') === text
  if (!whole || lines.length < 2 || lines.some((line) => Array.from(line).length > LONGEST_LINE)) return null

  const name = (value: string): string => {
    const tidied = tidy(value, simplify)
    return NAME_TEXT.test(tidied) && Array.from(tidied).length <= LONGEST_NAME ? tidied : ''
  }
  return { title: name(raw.title), author: name(raw.author), lines }
}

function tidy(text: string, simplify: (text: string) => string): string {
  return simplify(withoutNotes(text.normalize('NFC')))
    .replaceAll('「', '“')
    .replaceAll('」', '”')
    .replaceAll('『', '‘')
    .replaceAll('』', '’')
    .replace(/\s+/gu, ' ')
    .trim()
}

/** Notes stand in round brackets, some of them inside others. */
function withoutNotes(text: string): string {
  const shorter = text.replace(/（[^（）]*）|\([^()]*\)/gu, '')
  return shorter === text ? text : withoutNotes(shorter)
}
