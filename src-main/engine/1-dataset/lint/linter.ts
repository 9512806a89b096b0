import { FINDINGS, type Finding, type FindingKind, type ProjectRow, type RowId } from '../../../contract/areas/rows.ts'
import { createPauses } from '../../../files/pauses.ts'
import type { RowList } from '../project/rowList.ts'
import { answerInQuestion } from './answerInQuestion.ts'
import { bothSides } from './bothSides.ts'
import { brokenCharacter } from './brokenCharacter.ts'
import { duplicate } from './duplicate.ts'
import { emptyAnswer } from './emptyAnswer.ts'
import { lostCharacter } from './lostCharacter.ts'
import { missingQuestion } from './missingQuestion.ts'
import { oddWhitespace } from './oddWhitespace.ts'
import type { Mending, QuestionRule, RowRule } from './rule.ts'
import { twoAnswers } from './twoAnswers.ts'

const ROW_RULES: readonly RowRule[] = [
  emptyAnswer,
  missingQuestion,
  answerInQuestion,
  oddWhitespace,
  brokenCharacter,
  lostCharacter,
]
const QUESTION_RULES: readonly QuestionRule[] = [duplicate, twoAnswers, bothSides]

/** So many rows of a finding are named; the others are found by looking at those that have it. */
const NAMED_ROWS = 100

/** Looks at the rows again and again, each time only at those that changed since. */
export interface Linter {
  /** Looks at all rows of the list. A newer list that comes meanwhile is taken instead. */
  examine(list: RowList): Promise<void>
  /** Whether these are the rows that were looked at last. */
  hasExamined(list: RowList): boolean
  /** Of the list that was looked at last. */
  findings(): Finding[]
  /** None where this row was not looked at yet. */
  findingsOf(row: ProjectRow): FindingKind[]
  has(row: ProjectRow, kind: FindingKind): boolean
  /**
   * What mends a finding, in the list that was looked at last.
   * @param ids only in these rows; null: in all
   */
  mend(kind: FindingKind, ids: readonly RowId[] | null): [id: RowId, mending: Mending][]
}

/** Rows with the same instruction and input. */
type Question = Set<RowId>

export function createLinter(): Linter {
  const seen = new Map<RowId, ProjectRow>()
  /** By instruction, then by input. */
  const questions = new Map<string, Map<string, Question>>()
  /** Those with two rows or more. */
  const crowded = new Set<Question>()
  /** For each row that has any its findings, a bit for each kind. */
  const ownFindings = new Map<RowId, number>()
  let sharedFindings = new Map<RowId, number>()
  let findings: Finding[] = []
  let wanted: RowList | null = null
  let examined: RowList | null = null
  let working: Promise<void> | null = null

  const questionOf = ({ instruct, input }: ProjectRow): Question => {
    const byInput = questions.get(instruct) ?? new Map<string, Question>()
    const question = byInput.get(input) ?? new Set()
    questions.set(instruct, byInput.set(input, question))
    return question
  }
  const forget = (row: ProjectRow): void => {
    const question = questionOf(row)
    question.delete(row.id)
    if (question.size < 2) crowded.delete(question)
    if (question.size === 0) questions.get(row.instruct)?.delete(row.input)
    if (questions.get(row.instruct)?.size === 0) questions.delete(row.instruct)
    seen.delete(row.id)
    ownFindings.delete(row.id)
  }
  const look = (row: ProjectRow): void => {
    const before = seen.get(row.id)
    if (before === row) return
    if (before) forget(before)
    seen.set(row.id, row)
    const question = questionOf(row).add(row.id)
    if (question.size > 1) crowded.add(question)
    let bits = 0
    for (const rule of ROW_RULES) if (rule.has(row)) bits |= bitOf(rule.kind)
    if (bits > 0) ownFindings.set(row.id, bits)
  }
  const rowsOf = (question: Question, list: RowList): ProjectRow[] =>
    [...question]
      .map((id) => list.positionOf(id))
      .sort((a, b) => a - b)
      .flatMap((position) => list.rows[position] ?? [])
  const bitsOf = (row: ProjectRow): number =>
    seen.get(row.id) === row ? (ownFindings.get(row.id) ?? 0) | (sharedFindings.get(row.id) ?? 0) : 0

  /** @returns false where a newer list came */
  const lookAtAll = async (list: RowList): Promise<boolean> => {
    const pause = createPauses()
    for (const row of list.rows) {
      look(row)
      await pause()
      if (wanted !== list) return false
    }
    if (seen.size > list.rows.length) for (const row of seen.values()) if (list.positionOf(row.id) < 0) forget(row)

    const shared = new Map<RowId, number>()
    for (const question of crowded) {
      const rows = rowsOf(question, list)
      for (const rule of QUESTION_RULES)
        for (const { id } of rule.find(rows)) shared.set(id, (shared.get(id) ?? 0) | bitOf(rule.kind))
      await pause()
      if (wanted !== list) return false
    }
    sharedFindings = shared
    findings = await summarise(list, pause)
    return wanted === list
  }
  const summarise = async (list: RowList, pause: ReturnType<typeof createPauses>): Promise<Finding[]> => {
    const found = FINDINGS.map((kind): Finding => ({ kind, count: 0, ids: [], canFix: false, fixable: 0 }))
    for (const row of list.rows) {
      const bits = bitsOf(row)
      if (bits === 0) continue
      for (const finding of found) {
        if ((bits & bitOf(finding.kind)) === 0) continue
        finding.count++
        if (finding.ids.length < NAMED_ROWS) finding.ids.push(row.id)
        if (isMendable(finding.kind, row)) finding.fixable++
      }
      await pause()
    }
    return found.flatMap((finding) => (finding.count > 0 ? [{ ...finding, canFix: finding.fixable > 0 }] : []))
  }
  const work = async (): Promise<void> => {
    while (wanted && wanted !== examined) {
      const list: RowList = wanted
      if (await lookAtAll(list)) examined = list
    }
  }

  return {
    async examine(list) {
      wanted = list
      working ??= work().finally(() => {
        working = null
      })
      await working
    },
    hasExamined: (list) => examined?.rows === list.rows,
    findings: () => findings,
    findingsOf(row) {
      const bits = bitsOf(row)
      return bits === 0 ? [] : FINDINGS.filter((kind) => bits & bitOf(kind))
    },
    has: (row, kind) => (bitsOf(row) & bitOf(kind)) > 0,
    mend(kind, ids) {
      const list = examined
      if (!list) return []
      const meant = ids && new Set(ids)
      const isMeant = ({ id }: ProjectRow): boolean => meant?.has(id) ?? true
      const rowRule = ROW_RULES.find((rule) => rule.kind === kind)
      if (rowRule)
        return list.rows.flatMap((row) => {
          const mending = isMeant(row) && (bitsOf(row) & bitOf(kind)) > 0 ? rowRule.mend(row) : null
          return mending ? [[row.id, mending]] : []
        })
      const rule = QUESTION_RULES.find((each) => each.kind === kind)
      return rule ? [...crowded].flatMap((question) => rule.mend(rowsOf(question, list), isMeant)) : []
    },
  }
}

const bitOf = (kind: FindingKind): number => 1 << FINDINGS.indexOf(kind)

function isMendable(kind: FindingKind, row: ProjectRow): boolean {
  const rule = ROW_RULES.find((each) => each.kind === kind)
  return rule ? rule.mend(row) !== null : true
}
