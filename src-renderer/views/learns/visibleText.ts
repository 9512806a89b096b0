import { shownText } from '../../../src-main/contract/shownText.ts'

/** Joiners and variation selectors alone: within an emoji or a word they do their work, alone they would be nothing to see. */
const ONLY_JOINERS = /^(?:\u200c|\u200d|\p{Variation_Selector})+$/u

const codesOf = (text: string): string =>
  Array.from(text, (character) => `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`).join('')

/**
 * A token's characters so that none hides: line breaks and tabs have a sign, and so have spaces at its ends, which a line's end would swallow;
 * controls and what changes the direction of writing show their codes.
 */
export const visibleText = (text: string): string =>
  ONLY_JOINERS.test(text)
    ? codesOf(text)
    : shownText(text.replaceAll('\r', '␍'))
        .replaceAll('\n', '⏎')
        .replaceAll('\t', '⇥')
        .replace(/^ +| +$/g, (spaces) => '·'.repeat(spaces.length))
