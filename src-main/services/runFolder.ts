import { basename, join } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'

/** @throws TuneDeskError runs/not-here where the name leads anywhere but into the project's runs */
export function runFolderOf(project: string, run: string): string {
  if (run === '' || run === '.' || run === '..' || basename(run) !== run || run.includes('\\'))
    throw new TuneDeskError('runs/not-here', { run })
  return join(project, 'runs', run)
}
