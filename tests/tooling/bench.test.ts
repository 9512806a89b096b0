import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { OptimizersResult } from '../../scripts/bench/benchOptimizers.ts'
import type { TokeniseResult } from '../../scripts/bench/benchTokenise.ts'
import type { TutorialResult } from '../../scripts/bench/benchTutorial.ts'
import type { Machine } from '../../scripts/bench/machine.ts'
import type { TrainingResult } from '../../scripts/bench/trainingTable.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const bench = (...words: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/bench/index.ts', ...words], { cwd: ROOT, encoding: 'utf8' })
const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '')

// Reads its peak memory from /proc.
describe.runIf(process.platform === 'linux')('the benchmarks of training', () => {
  test.each([
    ['train', 'full', ['seed', 'zh', 'long']],
    ['lora', 'lora', ['zh']],
  ])('%s says of each workload how long, how much memory, which loss', (name, method, workloads) => {
    const { stdout, stderr, status } = bench(name, '--tiny', '--rounds', '1', '--steps', '3', '--workload', ...workloads)
    expect(status, stderr).toBe(0)
    const result = lastLine(stdout) as TrainingResult
    expect(result.method).toBe(method)
    expect(result.workloads.map(({ workload }) => workload)).toEqual(workloads)
    for (const { tunedesk, learned } of result.workloads) {
      expect(learned).toBeGreaterThan(0)
      expect(tunedesk.secondsOfSteps.map((steps) => steps.length)).toEqual([3])
      expect(tunedesk.quickestSeconds).toBeLessThanOrEqual(tunedesk.medianSeconds)
      expect(tunedesk.medianSeconds).toBeLessThanOrEqual(tunedesk.slowestSeconds)
      expect(tunedesk.secondsToFirstStep).toBeGreaterThan(tunedesk.secondsOfSteps[0]?.[0] ?? NaN)
      expect(tunedesk.peakMemory).toBeGreaterThan(50e6)
      // Random weights know nothing: about the logarithm of the vocabulary's 4,096 tokens.
      expect(Math.abs(tunedesk.firstLoss - Math.log(4096))).toBeLessThan(1)
      expect(stdout).toContain(tunedesk.firstLoss.toFixed(4))
    }
  })
})

test('numbers of the tiny model never get into the documentation', () => {
  const { stderr, status } = bench('train', '--tiny', '--write')
  expect(status).toBe(1)
  expect(stderr).toContain('--tiny')
})

test('the benchmark of tokenising says of each language how long its rows took', () => {
  const { stdout, stderr, status } = bench('tokenise', '--tiny', '--rounds', '2')
  expect(status, stderr).toBe(0)
  const { rows, languages } = lastLine(stdout) as TokeniseResult
  expect(languages.map(({ language }) => language)).toEqual(['zh', 'en'])
  for (const { tokens, sides, measured } of languages) {
    // Words that stand beside each other may have tokens of their own.
    expect(Math.abs(tokens / rows - 60)).toBeLessThan(6)
    expect(sides.map(({ name, seconds }) => [name, seconds.length])).toEqual([['TuneDesk', 2]])
    expect(measured.seconds).toHaveLength(2)
  }
})

test('the benchmark of the tutorial goes from the start of the built program to a passing test', () => {
  const built = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/app/build.ts'], { cwd: ROOT, encoding: 'utf8' })
  expect(built.status, built.stderr).toBe(0)
  const { stdout, stderr, status } = bench('tutorial', '--tiny', '--rounds', '1')
  expect(status, stderr).toBe(0)
  const { sides } = lastLine(stdout) as TutorialResult
  expect(sides.map(({ name }) => name)).toEqual(['TuneDesk', 'TuneDesk, preset Quick'])
  for (const { runs } of sides) {
    expect(runs.map(({ verdict }) => verdict)).toEqual([{ kind: 'learned', exact: 2, rows: 2 }])
    for (const { secondsToTrained, secondsToVerdict } of runs) expect(secondsToVerdict).toBeGreaterThan(secondsToTrained)
  }
})

test('every benchmark is listed, and says on what machine and with which versions it measured', () => {
  const { stdout } = bench('--help')
  const names = [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name)
  expect(names).toEqual([
    'train',
    'lora',
    'profile',
    'tutorial',
    'infer',
    'load',
    'tokenise',
    'ui',
    'sharing',
    'frozen',
    'optimizers',
    'matmul',
  ])
  const measured = bench('optimizers', '--tiny', '--rounds', '2')
  expect(measured.status, measured.stderr).toBe(0)
  const { benchmark, machine, versions, steps } = lastLine(measured.stdout) as OptimizersResult & {
    benchmark: string
    machine: Machine
  }
  expect(benchmark).toBe('optimizers')
  expect(machine.threads).toBeGreaterThan(0)
  expect(versions['node']).toBe(process.versions.node)
  expect(measured.stdout).toContain(`onnxruntime ${versions['onnxruntime'] ?? '?'}`)
  for (const { nanosecondsAParameter } of steps) expect(nanosecondsAParameter).toHaveLength(2)
})
