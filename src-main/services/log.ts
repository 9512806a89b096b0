import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import type { RunChange } from '../contract/areas/runs.ts'
import { TuneDeskError } from '../contract/error.ts'
import { writeFileAtomically } from '../files/atomicFile.ts'
import { openLogFile } from '../files/logFile.ts'
import type { HandlersOf } from './handlersOf.ts'
import { redact } from './redact.ts'

/** So many lines are shown; all of them are exported. */
const SHOWN_LINES = 500

/** The app's log: starts, runs and what went wrong. Rows, questions and answers are never part of it. */
export interface Log {
  handlers: HandlersOf<'logs'>
  tell(line: string): void
  /** An error that a person did not get to see as a page of the error book, or did and somebody else may have to understand. */
  tellError(error: unknown): void
  hearRun(change: RunChange): void
  close(): Promise<void>
}

export function openLog(dataFolder: string): Log {
  const file = openLogFile(join(dataFolder, 'logs'))
  const phases = new Map<string, string>()
  const tell = (line: string): void => file.write(`${new Date().toISOString()} ${line}`)
  return {
    handlers: {
      'logs.read': async () => ({ folder: file.folder, lines: (await file.read()).slice(-SHOWN_LINES) }),
      async 'logs.save'({ path }) {
        const whose = { home: homedir(), user: userInfo().username, host: hostname() }
        await writeFileAtomically(path, `${(await file.read()).map((line) => redact(line, whose)).join('\n')}\n`)
        return null
      },
    },
    tell,
    tellError(error) {
      if (error instanceof TuneDeskError) tell(`error ${error.code}: ${error.message}`)
      else tell(`error ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    },
    hearRun({ project, runId, summary: { phase, step, maxSteps, problem } }) {
      const key = `${project}/${runId}`
      if (phases.get(key) === phase) return
      phases.set(key, phase)
      tell(`run ${runId} ${phase} at step ${step} of ${maxSteps}${problem ? ` (${problem.code})` : ''}`)
    },
    close: () => file.close(),
  }
}
