const FIRST_ROW = 16
const LAST_ROW = 55

/**
 * The 3,755 Chinese characters that are used most today: level 1 of GB 2312, rows 16 to 55 of its table.
 * Classical poems lack many of them; a person's own rows will not.
 */
export function commonCharacters(): string[] {
  const decoder = new TextDecoder('gb18030')
  return Array.from({ length: (LAST_ROW - FIRST_ROW + 1) * 94 }, (_, i) => {
    const [row, column] = [FIRST_ROW + Math.floor(i / 94), 1 + (i % 94)]
    return decoder.decode(Uint8Array.of(0xa0 + row, 0xa0 + column))
  }).filter((character) => /\p{Script=Han}/u.test(character))
}

/** The punctuation of Chinese text. */
export const CHINESE_PUNCTUATION = Array.from('，。？！；：、《》“”‘’（）…—·')
