import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { BenchResult } from '../../scripts/bench/report.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const bench = (...words: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/bench/index.ts', ...words], { cwd: ROOT, encoding: 'utf8' })

// Reads its peak memory from /proc.
test.runIf(process.platform === 'linux')(
  'the benchmark of training says of each workload how long, how much memory, which loss',
  () => {
    const { stdout, stderr, status } = bench('train', '--tiny', '--rounds', '1', '--steps', '3')
    expect(status, stderr).toBe(0)
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as BenchResult
    expect(result.workloads.map(({ workload }) => workload)).toEqual(['seed', 'zh', 'long'])
    for (const { tunedesk, learned } of result.workloads) {
      expect(learned).toBeGreaterThan(0)
      expect(tunedesk.secondsOfSteps.map((steps) => steps.length)).toEqual([3])
      expect(tunedesk.quickestSeconds).toBeLessThanOrEqual(tunedesk.medianSeconds)
      expect(tunedesk.secondsToFirstStep).toBeGreaterThan(tunedesk.secondsOfSteps[0]?.[0] ?? NaN)
      expect(tunedesk.peakMemory).toBeGreaterThan(50e6)
      // Random weights know nothing: about the logarithm of the vocabulary's 4,096 tokens.
      expect(Math.abs(tunedesk.firstLoss - Math.log(4096))).toBeLessThan(1)
      expect(stdout).toContain(tunedesk.firstLoss.toFixed(4))
    }
  },
)

test('numbers of the tiny model never get into the documentation', () => {
  const { stderr, status } = bench('train', '--tiny', '--write')
  expect(status).toBe(1)
  expect(stderr).toContain('--tiny')
})
