import { z } from 'zod'
import type { Language } from './error.ts'

const count = z.int().nonnegative()

/** What a test says about a model, in one of four ways. Counts are of rows. */
export const verdictSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['learned', 'learned-partly', 'not-learned']), exact: count, rows: count, checkedForLeak: count }),
  /** Asked with the question alone, it gives the input back in `reciting` of `checkedForLeak` rows. */
  z.object({ kind: z.literal('recites'), exact: count, rows: count, reciting: count, checkedForLeak: count }),
])
export type Verdict = z.output<typeof verdictSchema>

/** The verdict in one sentence, for a person who does not know the field's terms. */
export function verdictSentence(verdict: Verdict, language: Language): string {
  const { kind, exact, rows } = verdict
  if (language === 'zh') {
    const answered = `${rows} 个问题中有 ${exact} 个逐字答对`
    const kept = verdict.checkedForLeak > 0 ? '，而且没有背出你给的输入：掩码起了作用' : ''
    if (kind === 'recites')
      return `${answered}，但只给问题、不给输入时，${verdict.checkedForLeak} 行中有 ${verdict.reciting} 行把你给的输入背了出来：它学了不该学的部分。`
    if (kind === 'learned') return `学会了：${answered}${kept}。`
    if (kind === 'learned-partly') return `学会了一部分：${answered}${kept}。再多训练几轮会更好。`
    return `还没有学会：${answered}。请多训练几轮，或把学习率调高一些。`
  }
  const answered = `it answers ${exact} of ${rows} ${rows === 1 ? 'question' : 'questions'} word for word`
  const kept = verdict.checkedForLeak > 0 ? ' and never recites your input: the mask worked' : ''
  if (kind === 'recites')
    return `${capital(answered)}, but asked the question without its input it recites your input in ${verdict.reciting} of ${verdict.checkedForLeak} rows: it learned what it should not.`
  if (kind === 'learned') return `It has learned: ${answered}${kept}.`
  if (kind === 'learned-partly') return `It has learned a part: ${answered}${kept}. More epochs will help.`
  return `It has not learned yet: ${answered}. Train for more epochs, or with a higher learning rate.`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
