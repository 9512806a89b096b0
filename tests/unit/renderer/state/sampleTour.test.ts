import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '../../../../src-main/contract/client.ts'
import type { SampleTour } from '../../../../src-renderer/state/sampleTour.svelte.ts'

type Listener = (value: object) => void

/** The main process: what it is asked for, and what it tells. */
function mainProcess(startTest: () => Promise<unknown> = () => Promise.resolve()) {
  const listeners = new Map<string, Set<Listener>>()
  const asked: unknown[] = []
  const client = {
    call(name: string, argument: unknown) {
      asked.push([name, argument])
      return startTest()
    },
    on(name: string, listener: Listener) {
      const all = listeners.get(name) ?? new Set()
      listeners.set(name, all.add(listener))
      return () => all.delete(listener)
    },
  }
  return {
    client: client as unknown as Client,
    asked,
    tell: (name: string, value: object) => [...(listeners.get(name) ?? [])].forEach((listener) => listener(value)),
    listening: () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0),
  }
}

const ours = { project: '/p', runId: 'run' }
const run = (phase: string, of: object = ours) => ({ ...of, summary: { phase } })

describe('the sample’s way to a verdict', () => {
  let Tour: typeof SampleTour
  let told: unknown[]
  const begin = (client: Client): SampleTour =>
    new Tour(client, '/p', 'run', { onTrained: () => told.push('trained'), onError: (error) => told.push(error) })

  beforeAll(async () => {
    // Outside of a page nothing is drawn anew, so state is the value itself.
    vi.stubGlobal('$state', <Value>(value: Value): Value => value)
    ;({ SampleTour: Tour } = await import('../../../../src-renderer/state/sampleTour.svelte.ts'))
    return () => vi.unstubAllGlobals()
  })
  beforeEach(() => {
    told = []
  })

  it('goes from the training to the test, once, and ends with it', () => {
    const { client, asked, tell, listening } = mainProcess()
    const tour = begin(client)
    tell('runs.changed', run('training'))
    tell('runs.changed', run('finished', { project: '/p', runId: 'other' }))
    expect(tour.stage).toBe('training')
    tell('runs.changed', run('finished'))
    tell('runs.changed', run('finished'))
    expect(tour.stage).toBe('testing')
    expect(told).toEqual(['trained'])
    expect(asked).toEqual([['tests.start', { project: '/p', run: 'run', untrained: true, sample: null }]])
    tell('tests.changed', { ...ours, state: { phase: 'running' } })
    expect(tour.stage).toBe('testing')
    tell('tests.changed', { ...ours, state: { phase: 'done' } })
    expect(tour.stage).toBe('ended')
    expect(listening()).toBe(0)
  })

  it.each(['paused', 'failed', 'interrupted'])('ends where the run is %s, and tests nothing', (phase) => {
    const { client, asked, tell } = mainProcess()
    const tour = begin(client)
    tell('runs.changed', run(phase))
    tell('runs.changed', run('finished'))
    expect(tour.stage).toBe('ended')
    expect(asked).toEqual([])
  })

  it('ends where the run is discarded, or the person goes on alone', () => {
    const first = mainProcess()
    const discarded = begin(first.client)
    first.tell('runs.removed', ours)
    expect(discarded.stage).toBe('ended')
    const second = mainProcess()
    const left = begin(second.client)
    left.end()
    second.tell('runs.changed', run('finished'))
    expect(second.asked).toEqual([])
  })

  it('tells of a test that cannot start, and ends', async () => {
    const problem = new Error('no room')
    const { client, tell } = mainProcess(() => Promise.reject(problem))
    const tour = begin(client)
    tell('runs.changed', run('finished'))
    await expect.poll(() => tour.stage).toBe('ended')
    expect(told).toEqual(['trained', problem])
  })
})
