import { TuneDeskError, type ErrorCode } from '../../contract/error.ts'
import type { Row } from '../../contract/row.ts'
import {
  RECITES,
  type GroupSummary,
  type ProbeGroup,
  type ProbeKind,
  type ProbeResult,
  type TestReport,
} from '../../contract/testReport.ts'
import { characterFScore } from './characterFScore.ts'
import { leakScore } from './leakScore.ts'

export interface ProbeRow extends Row {
  /** Index of the row in its dataset, from 0. */
  row: number
  group: ProbeGroup
}

/** Share of exact answers from which a model counts as having learned its rows; below any of them exact or this alike, not at all. */
const LEARNED_SHARE = 0.9
const PARTLY_CHRF = 50

export interface ProbeOptions {
  /** Answers greedily. The row says what a good answer would be, and so how much room it needs. */
  answer: (question: { instruct: string; input: string }, row: ProbeRow, signal?: AbortSignal) => Promise<string>
  onResult?: (result: ProbeResult, done: number, total: number) => void
  signal?: AbortSignal
  /** All rows that there are, where `rows` are some of them: their labels are good answers, too. */
  known?: readonly ProbeRow[]
}

/**
 * Asks both probes of every row. Rows with the same instruction share one leak answer, and the label of any of them is a good one. The leak probe
 * leaves out rows without an input, which have nothing to leak, and without an instruction, which have nothing to be asked alone.
 * @throws the signal's reason, and what `answer` throws; a question that is empty or too long for the model is a result instead
 */
export async function runProbes(
  rows: readonly ProbeRow[],
  { answer, onResult, signal, known = rows }: ProbeOptions,
): Promise<TestReport> {
  const results: ProbeResult[] = []
  const leakable = rows.filter(({ instruct, input }) => instruct.trim() !== '' && input.trim() !== '')
  const total = rows.length + leakable.length
  const tell = (result: ProbeResult): void => {
    results.push(result)
    onResult?.(result, results.length, total)
  }
  const ask = async (instruct: string, input: string, row: ProbeRow): Promise<Given> => {
    signal?.throwIfAborted()
    try {
      return { answer: await answer({ instruct, input }, row, signal) }
    } catch (error) {
      if (!(error instanceof TuneDeskError) || !UNASKABLE.includes(error.code)) throw error
      return { answer: '', error: { code: error.code, parameters: error.parameters } }
    }
  }

  for (const row of rows) {
    const given = await ask(row.instruct, row.input, row)
    tell({ ...described(row, 'answer', given, row.label), input: row.input, leak_score: null })
  }
  const alone = new Map<string, Alone>()
  const byInstruction = grouped(known)
  for (const row of leakable) {
    const { instruct, input } = row
    let shared = alone.get(instruct)
    if (!shared) {
      const group = byInstruction.get(instruct) ?? [row]
      alone.set(instruct, (shared = compared(await ask(instruct, '', roomiest(group)), group)))
    }
    const { given, likest, leak } = shared
    tell({ ...described(row, 'leak', given, likest), input: '', leak_score: leak(given.answer, input) })
  }
  return { ...judge(results), results }
}

/** Questions that the model cannot read: a matter of the row, while every other error ends the test. */
const UNASKABLE: readonly ErrorCode[] = ['infer/empty-prompt', 'infer/prompt-too-long']

type Given = Pick<ProbeResult, 'answer' | 'error'>

/** What an instruction alone gave, beside the labels of all its rows. */
interface Alone {
  given: Given
  /** The label most like the answer. */
  likest: string
  leak: ReturnType<typeof leakScore>
}

function compared(given: Given, group: readonly ProbeRow[]): Alone {
  const labels = [...new Set(group.map(({ label }) => label))]
  let likest = labels[0] ?? ''
  let best = -1
  for (const label of labels) {
    const likeness = characterFScore(given.answer, label)
    if (likeness > best) [likest, best] = [label, likeness]
  }
  return { given, likest, leak: leakScore(labels) }
}

function grouped(rows: readonly ProbeRow[]): Map<string, ProbeRow[]> {
  const groups = new Map<string, ProbeRow[]>()
  for (const row of rows) {
    const group = groups.get(row.instruct)
    if (group) group.push(row)
    else groups.set(row.instruct, [row])
  }
  return groups
}

/** The row whose input and label are longest: an answer that has room for them has room for any other's. */
function roomiest(rows: readonly ProbeRow[]): ProbeRow {
  const length = ({ input, label }: ProbeRow): number => input.length + label.length
  return rows.reduce((longest, row) => (length(row) > length(longest) ? row : longest))
}

function described({ row, group, instruct }: ProbeRow, probe: ProbeKind, given: Given, label: string) {
  const { answer } = given
  const exact_match = answer.trimEnd() === label.trimEnd()
  return { row, group, probe, instruct, ...given, label, exact_match, chrf: characterFScore(answer, label) }
}

function judge(results: readonly ProbeResult[]): Pick<TestReport, 'groups' | 'verdict'> {
  const groups: TestReport['groups'] = {}
  for (const group of ['trained', 'held-out'] as const) {
    const own = results.filter((result) => result.group === group)
    if (own.length > 0) groups[group] = summarise(own)
  }
  // A verdict on learning is about what was taught; held-out rows are reported beside it.
  const taught = groups.trained ?? groups['held-out'] ?? summarise([])
  const all = Object.values(groups)
  const reciting = all.reduce((sum, group) => sum + group.reciting, 0)
  const checkedForLeak = all.reduce((sum, group) => sum + group.leak_rows, 0)
  const counts = { exact: taught.exact_matches, rows: taught.rows, checkedForLeak }
  if (reciting > 0) return { groups, verdict: { kind: 'recites', ...counts, reciting } }
  if (taught.rows > 0 && taught.exact_matches >= LEARNED_SHARE * taught.rows)
    return { groups, verdict: { kind: 'learned', ...counts } }
  const partly = taught.exact_matches > 0 || taught.mean_chrf >= PARTLY_CHRF
  return { groups, verdict: { kind: partly ? 'learned-partly' : 'not-learned', ...counts } }
}

function summarise(results: readonly ProbeResult[]): GroupSummary {
  const answers = results.filter(({ probe }) => probe === 'answer')
  const leaks = results.flatMap(({ leak_score }) => leak_score ?? [])
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length
  return {
    rows: answers.length,
    exact_matches: answers.filter(({ exact_match }) => exact_match).length,
    mean_chrf: mean(answers.map(({ chrf }) => chrf)),
    leak_rows: leaks.length,
    reciting: leaks.filter((score) => score >= RECITES).length,
    mean_leak_score: mean(leaks),
    max_leak_score: leaks.reduce((largest, score) => Math.max(largest, score), 0),
  }
}
