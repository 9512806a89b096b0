import type { Problem } from '../contract/areas/runs.ts'
import type { TrainingWarning } from '../engine/6-train/runRecorder.ts'

/** What a training warns of, as the error book says it. */
export function warningProblem(warning: TrainingWarning): Problem {
  switch (warning.kind) {
    case 'rows-with-nothing-to-learn':
      return {
        code: 'train/rows-with-nothing-to-learn',
        parameters: { rows: warning.rows.map((row) => row + 1).join(', ') },
      }
    case 'smaller-batches':
      return { code: 'train/smaller-batches', parameters: { rowsAtOnce: warning.rowsAtOnce, of: warning.of } }
    case 'recomputation':
      return { code: 'train/recomputation', parameters: {} }
  }
}
