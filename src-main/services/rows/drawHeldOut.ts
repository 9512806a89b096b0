import type { ProjectRow, RowId } from '../../contract/areas/rows.ts'
import { randomPermutation } from '../../engine/3-batches/randomPermutation.ts'
import { createPauses } from '../../files/pauses.ts'

/**
 * Draws the rows to hold out. Rows with the same instruction and input go together: a question that was learned is no test.
 * @param share of all rows, from 0 to less than 1; a little fewer where questions have many rows, at least one question where there are two
 */
export async function drawHeldOut(rows: readonly ProjectRow[], share: number, seed: number): Promise<Set<RowId>> {
  const questions = await groupByQuestion(rows)
  const wanted = share === 0 ? 0 : Math.max(1, Math.round(share * rows.length))
  const drawn = new Set<RowId>()
  let left = questions.length
  for (const index of randomPermutation(questions.length, seed)) {
    const question = questions[index] ?? []
    const isTooMany = drawn.size > 0 && drawn.size + question.length > wanted
    if (drawn.size >= wanted || left === 1) break
    if (isTooMany) continue
    for (const id of question) drawn.add(id)
    left--
  }
  return drawn
}

/** Ids, in the order in which each question comes first. */
async function groupByQuestion(rows: readonly ProjectRow[]): Promise<RowId[][]> {
  const pause = createPauses()
  const groups: RowId[][] = []
  const byInstruct = new Map<string, Map<string, RowId[]>>()
  for (const { id, instruct, input } of rows) {
    const byInput = byInstruct.get(instruct) ?? new Map<string, RowId[]>()
    byInstruct.set(instruct, byInput)
    const group = byInput.get(input)
    if (group) group.push(id)
    else {
      const begun = [id]
      byInput.set(input, begun)
      groups.push(begun)
    }
    await pause()
  }
  return groups
}
