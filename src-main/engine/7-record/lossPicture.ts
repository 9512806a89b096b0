import type { Language } from '../../contract/error.ts'
import type { LogLine } from '../6-train/runState.ts'
import { strokeLettering, textLettering } from './picture/lettering.ts'
import { lossSvg } from './picture/lossSvg.ts'
import { rasterise, systemFontsHave } from './picture/rasterise.ts'
import { hasLetters } from './picture/strokeLetters.ts'
import { WORDS } from './picture/words.ts'

/**
 * The picture of a run's loss, as `lossSvg` describes it.
 *
 * The PNG's letters are drawn as strokes, so that it needs no font and is the same everywhere. Words beyond our letters, Chinese first of all, take
 * the system's fonts; where those do not have them either, the PNG is in English. The SVG leaves its text to whoever shows it.
 * @param log lines of trainer_state.json's log_history
 * @returns an SVG of 960 × 540, and a PNG of twice that
 */
export async function drawLoss(
  log: readonly LogLine[],
  { title, language = 'en' }: { title?: string; language?: Language } = {},
): Promise<{ svg: string; png: Uint8Array }> {
  const shown = (title ?? WORDS[language].title).replace(/\p{C}/gu, ' ')
  const svg = lossSvg(log, shown, language, textLettering)
  const foreign = Array.from(textOf(svg))
    .filter((character) => !hasLetters(character))
    .join('')
  const usesSystemFonts = foreign !== '' && systemFontsHave(foreign)
  const drawable = usesSystemFonts ? svg : lossSvg(log, title === undefined ? WORDS.en.title : shown, 'en', strokeLettering)
  return { svg, png: await rasterise(drawable) }
}

const textOf = (svg: string): string => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text).join('')
