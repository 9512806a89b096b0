/** Qwen2's pre-tokenizer: where a text is cut before byte pairs are merged. Digits stand alone. */
export const PRE_TOKENIZER_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

// JavaScript engines of Node 20 have no inline `(?i:)`; the contractions are spelled out.
const PRE_TOKENS = new RegExp(
  PRE_TOKENIZER_PATTERN.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])"),
  'gu',
)
const CHINESE_CHARACTERS = /(\p{Script=Han})/u

/**
 * The stretches of a text within which merges are learned. Every Chinese character is a stretch of its own: a token is never more than
 * one character, so that a line's tokens are its syllables, and a token never reaches from a question's last character into its answer.
 */
export function segments(text: string): string[] {
  return (text.normalize('NFC').match(PRE_TOKENS) ?? []).flatMap((preToken) =>
    preToken.split(CHINESE_CHARACTERS).filter((stretch) => stretch !== ''),
  )
}
