import { execFile } from 'node:child_process'
import { access, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const TRAINING = fileURLToPath(new URL('limitedTraining.ts', import.meta.url))
const isLinux = process.platform === 'linux'

interface LimitedTraining {
  losses: number[]
  warnings: { kind: string; rowsAtOnce?: number; of?: number }[]
  refused: { code: string; parameters: Record<string, string> } | null
}

const digits = (count: number, row: number): string => Array.from({ length: count }, (_, i) => (i * i + row) % 10).join(' ')

/** Trains in a process whose data may have so many megabytes; null: as many as there are. */
async function trained(
  megabytes: number | null,
  answers: string[],
  settings: object,
): Promise<LimitedTraining & { output: string }> {
  const folder = await temporaryFolder()
  const [data, output] = [join(folder, 'rows.json'), join(folder, 'run')]
  await writeFile(data, JSON.stringify(answers.map((label, row) => ({ instruct: '', input: `row ${row}`, label }))))
  const request = { data, model: resolve('resources/starter-model'), output, settings: { save_strategy: 'no', ...settings } }
  const limit = megabytes === null ? '' : `ulimit -d ${megabytes * 1000} && `
  const command = `${limit}exec "$0" --import tsx "$1" "$2"`
  const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, TRAINING, JSON.stringify(request)])
  return { ...(JSON.parse(stdout) as LimitedTraining), output }
}

if (!isLinux) console.warn('NOT TESTED HERE: training under a memory limit; only Linux gives a process a limit of its own data')

describe.runIf(isLinux)('under a memory limit that the system sets', () => {
  const batch = Array.from({ length: 8 }, (_, row) => digits(120, row))
  const settings = { per_device_train_batch_size: 8, max_steps: 1 }

  it('a batch that is too large is worked through in parts, and the losses stay', { timeout: 120_000 }, async () => {
    const whole = await trained(null, batch, settings)
    expect(whole.warnings).toEqual([])
    const { losses, warnings, refused } = await trained(1100, batch, settings)
    expect(refused).toBeNull()
    expect(warnings).toMatchObject([{ kind: 'smaller-batches', of: 8 }])
    expect(losses).toHaveLength(1)
    losses.forEach((loss, step) => expect(Math.abs(loss / (whole.losses[step] ?? NaN) - 1)).toBeLessThan(1e-9))
  })

  it('what fits no way is refused before the run has a folder, with what would fit', { timeout: 120_000 }, async () => {
    const { losses, refused, output } = await trained(1000, [digits(950, 0)], { max_length: 2048 })
    expect(losses).toEqual([])
    expect(refused?.code).toBe('runs/no-memory-as-set')
    expect(refused?.parameters['settings']).toMatch(/max_length=\d+$/)
    await expect(access(join(output, 'config.json'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
