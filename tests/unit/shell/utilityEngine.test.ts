import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createEngine } from '../../../src-main/host/createEngine.ts'
import { forkUtilityEngine } from '../../../src-main/shell/utilityEngine.ts'
import { refusal } from '../../support/refusal.ts'
import { standInUtilityProcess } from '../../support/standInUtilityProcess.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const ENTRY = fileURLToPath(new URL('../../../src-main/host/engineProcess.ts', import.meta.url))

it('serves jobs over Electron’s channel: values, events and errors of the book', async () => {
  const engine = createEngine({ spawn: forkUtilityEngine(standInUtilityProcess, ENTRY) })
  onTestFinished(() => engine.close())
  const events: unknown[] = []
  const output = `${await temporaryFolder()}/run`
  const request = { data: 'tests/fixtures/poems.json', model: 'tests/golden/data/qwen2', output, settings: { max_steps: 2 } }
  const run = await engine.run('train', request, { onEvent: ({ kind }) => events.push(kind) })
  expect(run.reason).toBe('finished')
  expect(events.slice(0, 3)).toEqual(['begin', 'start', 'progress'])
  await expect(engine.run('resume', { folder: output })).rejects.toEqual(refusal('runs/finished', { folder: output }))
}, 60_000)

it('ends its process when it is closed, and says what a process prints', async () => {
  const logged: string[] = []
  const pids: (number | undefined)[] = []
  const fork = forkUtilityEngine(standInUtilityProcess, ENTRY)
  const engine = createEngine({
    log: (text) => logged.push(text),
    spawn(log) {
      const child = fork(log)
      pids.push(child.pid)
      return child
    },
  })
  await engine.run('measureMatmul', undefined)
  await engine.close()
  expect(() => process.kill(pids[0] ?? NaN, 0)).toThrow('ESRCH')

  const broken = createEngine({
    log: (text) => logged.push(text),
    spawn: forkUtilityEngine(standInUtilityProcess, `${ENTRY}.missing`),
  })
  await expect(broken.run('measureMatmul', undefined)).rejects.toEqual(refusal('engine/ended', { reason: 'exit code 1' }))
  await expect.poll(() => logged.join('\n'), { timeout: 20_000 }).toContain('ERR_MODULE_NOT_FOUND')
}, 60_000)
