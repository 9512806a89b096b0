import { shownText } from '../../contract/shownText.ts'

/** A text from outside, safe to print. Tabs become `→`: their width would depend on where they stand. */
export const printable = (text: string): string => shownText(text).replaceAll('\t', '→')

/** The same on one line: line breaks as `⏎`. */
export const printableLine = (text: string): string => printable(text).replaceAll('\n', '⏎')
