import type { Program } from '../4-graph/program.ts'
import type { Executable, Executor } from '../5-exec/executor.ts'

/** Compiles a record of programs. */
export async function compileAll<Name extends string>(
  executor: Executor,
  programs: Readonly<Record<Name, Program>>,
): Promise<Record<Name, Executable>> {
  const compiled = {} as Record<Name, Executable>
  for (const name of Object.keys(programs) as Name[]) compiled[name] = await executor.compile(programs[name])
  return compiled
}
