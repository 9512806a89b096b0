import type { Program } from '../4-graph/program.ts'
import type { Executable, Executor } from '../5-exec/executor.ts'
import type { FrozenTensor } from '../5-exec/frozenTensor.ts'

/** Compiles a record of programs. @param frozen as of `Executor.compile` */
export async function compileAll<Name extends string>(
  executor: Executor,
  programs: Readonly<Record<Name, Program>>,
  frozen: Readonly<Record<string, FrozenTensor>> = {},
): Promise<Record<Name, Executable>> {
  const compiled = {} as Record<Name, Executable>
  for (const name of Object.keys(programs) as Name[]) compiled[name] = await executor.compile(programs[name], frozen)
  return compiled
}
