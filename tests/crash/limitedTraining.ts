// Trains the starter model in a process of its own, which a test can give a memory limit. An event per line; the end is the losses or an error's code.
import type { TrainingRequest } from '../../src-main/jobs/trainingRequest.ts'
import { TuneDeskError } from '../../src-main/contract/error.ts'
import { startRun } from '../../src-main/jobs/runs.ts'

const request = JSON.parse(process.argv[2] ?? '{}') as TrainingRequest
const losses: number[] = []
const warnings: unknown[] = []
let refused: unknown = null
try {
  await startRun(request, {
    onEvent(event) {
      if (event.kind === 'progress') losses.push(event.loss)
      if (event.kind === 'warning') warnings.push(event.warning)
    },
  })
} catch (error) {
  if (!(error instanceof TuneDeskError)) throw error
  refused = { code: error.code, parameters: error.parameters }
}
process.stdout.write(JSON.stringify({ losses, warnings, refused }))
