import { expect, it } from 'vitest'
import { examineComputer } from '../../../src-main/services/doctor.ts'
import { inProcessEngine } from '../../support/inProcessEngine.ts'
import { commandLine } from '../../support/commandLine.ts'

it('measures this computer', async () => {
  const report = await examineComputer(inProcessEngine(), process.cwd())
  expect(report.node).toEqual({ version: process.version, supported: true })
  expect(report.processor.gigaflops).toBeGreaterThan(1)
  expect(report.processor.threads).toBeGreaterThan(0)
  expect(report.disk.free).toBeGreaterThan(0)
  expect(report.memory.available).toBeLessThanOrEqual(report.memory.total)
  expect(report.onnxruntime.version).toBe('1.30.0')
})

it('says it in words', async () => {
  const { code, out } = await commandLine(['doctor'])
  expect(code).toBe(0)
  expect(out).toMatch(/✓ Speed +\d+ GFLOPS/)
})
