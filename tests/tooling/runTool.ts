import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a JavaScript tool to its end. @returns its exit code and all that it printed */
export async function runTool(
  script: string,
  parameters: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, ...parameters], {
      ...options,
      maxBuffer: 64_000_000,
    })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout: string; stderr: string }
    if (typeof code !== 'number') throw error
    return { code, output: stdout + stderr }
  }
}
