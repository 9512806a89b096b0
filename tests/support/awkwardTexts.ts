import fc from 'fast-check'

/** What breaks tokenizers: other digits, marks that combine, characters beyond the first plane, spaces of all kinds, controls, contractions. */
const AWKWARD = [
  '٣٤५६๑๒０１²½Ⅷ①𝟙',
  'e\u0301ñıİßǅſK한\u1112\u1161\u11ab\u200d\ufe0f',
  '👨‍👩‍👧🏳️‍🌈𠮷𠀀',
  ' \t\n\r\u00a0\u2003\u3000\u200b\ufeff\u2028\0\u001b\u0085',
  "'s 're 'LL 12345 ,.!?，。！？—…",
].flatMap((characters) => Array.from(characters))

const CHINESE = Array.from('床前明月光疑是地上霜举头望明月低头思故乡的一是了我不在人有这中到说')

/** Texts as people write them, and as nobody does. @param specialTokens contents of tokens that a text may contain */
export const awkwardText = (specialTokens: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 8 }),
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.array(fc.constantFrom(...CHINESE), { maxLength: 12 }).map((characters) => characters.join('')),
        fc.constantFrom(...AWKWARD, ...specialTokens),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''))
