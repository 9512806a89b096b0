import { describe, expect, it } from 'vitest'
import { TuneDeskError } from '../../../src-main/contract/error.ts'
import { createEngine, type EngineOptions } from '../../../src-main/host/createEngine.ts'
import { fakeTimers } from '../../support/fakeTimers.ts'
import { pairedChild } from '../../support/pairedChild.ts'
import { refusal } from '../../support/refusal.ts'

interface TestEngine {
  run: (
    name: string,
    argument?: unknown,
    hooks?: { onEvent?: (event: unknown) => void; signal?: AbortSignal },
  ) => Promise<unknown>
  close: () => Promise<void>
}

const forever = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

/** An engine over jobs of this test alone. */
function open(options: Omit<EngineOptions, 'spawn'> = {}) {
  const timers = fakeTimers()
  const logged: string[] = []
  const child = pairedChild(
    {
      echo: async (value: unknown) => value,
      count: async (to: number, { onEvent }) => {
        for (let i = 1; i <= to; i++) onEvent(i)
        return 'counted'
      },
      refuse: async () => {
        throw new TuneDeskError('runs/finished', { folder: 'there' })
      },
      fail: async () => {
        throw new RangeError('a bug')
      },
      readMissing: async () => {
        throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open', path: 'rows.json' })
      },
      giveFunction: async () => () => 1,
      wait: async (_: unknown, { signal }) => forever(signal),
      endWith: async (_: unknown, { signal }) =>
        forever(signal).catch((reason: unknown) => ({ ended: typeof reason === 'string' ? reason : 'without a word' })),
    },
    timers,
  )
  const engine = createEngine({ spawn: child.spawn, timers, log: (text) => logged.push(text), ...options })
  return { engine: engine as unknown as TestEngine, timers, logged, lives: child.lives }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('jobs', () => {
  it('starts a process with the first job and keeps it for the next', async () => {
    const { engine, lives } = open()
    expect(lives).toHaveLength(0)
    await engine.run('echo')
    await engine.run('echo')
    expect(lives).toHaveLength(1)
  })
  it('carries data of every kind to and fro', async () => {
    const value = { array: new Float32Array([1.5, -2]), set: new Set([1]), nothing: undefined, big: 2n ** 70n, text: '碧海' }
    expect(await open().engine.run('echo', value)).toEqual(value)
  })
  it('tells every event in its order, before the value', async () => {
    const heard: unknown[] = []
    const value = await open().engine.run('count', 5, { onEvent: (event) => heard.push(event) })
    expect([...heard, value]).toEqual([1, 2, 3, 4, 5, 'counted'])
  })
  it('lets jobs run side by side: a short one ends while a long one goes on', async () => {
    const { engine } = open()
    const stop = new AbortController()
    const long = engine.run('wait', null, { signal: stop.signal }).catch((reason: unknown) => reason)
    expect(await engine.run('echo', 'short')).toBe('short')
    stop.abort('enough')
    expect(await long).toBe('enough')
  })
})

describe('errors', () => {
  it('brings those of the book as they are, with the place that they came from', async () => {
    const error: unknown = await open()
      .engine.run('refuse')
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TuneDeskError)
    expect(error).toEqual(refusal('runs/finished', { folder: 'there' }))
    expect((error as Error).stack).toContain('createEngine.test.ts')
  })
  it('says of the system’s what the command line says of them', async () => {
    await expect(open().engine.run('readMissing')).rejects.toEqual(
      refusal('files/cannot-read', { path: 'rows.json', reason: 'ENOENT' }),
    )
  })
  it('brings any other as our fault, and logs its stack', async () => {
    const { engine, logged } = open()
    await expect(engine.run('fail')).rejects.toEqual(refusal('internal/unexpected', { reason: 'a bug' }))
    expect(logged.join()).toMatch(/RangeError: a bug\n\s+at /)
  })
  it('ends a job whose argument or value cannot be copied, and goes on with the others', async () => {
    const { engine } = open()
    await expect(engine.run('echo', () => 1)).rejects.toThrow('could not be cloned')
    await expect(engine.run('giveFunction')).rejects.toEqual(refusal('internal/unexpected'))
    expect(await engine.run('echo', 1)).toBe(1)
  })
  it('ends a job whose listener throws, with that error', async () => {
    let heard = 0
    const onEvent = (): never => {
      heard++
      throw new Error('nobody reads on')
    }
    const { engine } = open()
    await expect(engine.run('count', 3, { onEvent })).rejects.toThrow('nobody reads on')
    expect(await engine.run('echo', heard)).toBe(1)
  })
})

describe('a wish to end', () => {
  it('reaches the job with its word', async () => {
    const { engine } = open()
    const stop = new AbortController()
    const job = engine.run('endWith', null, { signal: stop.signal })
    stop.abort('keep')
    expect(await job).toEqual({ ended: 'keep' })
  })
  it('reaches it without a word where the reason is none, and from before the job as well', async () => {
    const { engine } = open()
    expect(await engine.run('endWith', null, { signal: AbortSignal.abort() })).toEqual({ ended: 'without a word' })
  })
  it('rejects with the very reason that was given, where the job gives nothing', async () => {
    const reason = new Error('mine')
    await expect(open().engine.run('wait', null, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('a process that ends by itself', () => {
  it('ends its jobs with engine/ended, and the next job has a new process', async () => {
    const { engine, lives, logged } = open()
    const jobs = [engine.run('wait'), engine.run('wait')].map((job) => job.catch((reason: unknown) => reason))
    await settled()
    lives[0]?.die('SIGSEGV')
    for (const error of await Promise.all(jobs)) expect(error).toEqual(refusal('engine/ended', { reason: 'SIGSEGV' }))
    expect(logged.join()).toContain('SIGSEGV')
    expect(await engine.run('echo', 1)).toBe(1)
    expect(lives).toHaveLength(2)
  })
  it('counts as hung after its time of silence and not before, and is killed', async () => {
    const { engine, lives, timers } = open({ hungAfterSeconds: 20 })
    const job = engine.run('wait').catch((reason: unknown) => reason)
    for (let second = 0; second < 60; second++) {
      timers.pass(1)
      await settled()
    }
    expect(lives[0]?.isOver, 'one that tells each second that it lives').toBe(false)
    lives[0]?.fallSilent()
    timers.pass(19)
    expect(lives[0]?.isOver).toBe(false)
    timers.pass(1)
    expect(lives[0]?.isOver).toBe(true)
    expect(await job).toEqual(refusal('engine/ended', { reason: 'timeout: 20 s' }))
  })
  it('is started again five times within ten minutes, then no more until the first end is ten minutes past', async () => {
    const { engine, lives, timers } = open()
    for (let ends = 1; ends <= 6; ends++) {
      const job = engine.run('wait').catch((reason: unknown) => reason)
      await settled()
      lives.at(-1)?.die('SIGKILL')
      expect(await job).toEqual(refusal('engine/ended'))
      timers.pass(60)
    }
    await expect(engine.run('echo')).rejects.toEqual(refusal('engine/keeps-ending', { times: 6, minutes: 4 }))
    timers.pass(4 * 60 - 1)
    await expect(engine.run('echo')).rejects.toEqual(refusal('engine/keeps-ending', { times: 6, minutes: 1 }))
    timers.pass(1)
    expect(await engine.run('echo', 'again')).toBe('again')
    expect(lives).toHaveLength(7)
  })
  it('takes a wish to end that came before its first word as fulfilled', async () => {
    const { engine, lives } = open()
    const stop = new AbortController()
    const job = engine.run('wait', null, { signal: stop.signal }).catch((reason: unknown) => reason)
    lives[0]?.die('SIGINT')
    stop.abort('stop')
    expect(await job).toEqual(refusal('engine/ended', { reason: 'SIGINT' }))

    const again = engine.run('wait', null, { signal: AbortSignal.abort('stop') }).catch((reason: unknown) => reason)
    lives[1]?.die('SIGINT')
    expect(await again).toBe('stop')
  })
})

describe('a process without jobs', () => {
  it('ends after its time, which each job begins anew, and is no unexpected end', async () => {
    const { engine, lives, timers } = open({ idleAfterSeconds: 30 })
    for (let round = 0; round < 8; round++) {
      await engine.run('echo')
      timers.pass(29)
      await engine.run('echo')
      timers.pass(29)
      await settled()
      expect(lives.at(-1)?.isOver).toBe(false)
      timers.pass(1)
      await settled()
      expect(lives.at(-1)?.isOver).toBe(true)
    }
    expect(lives).toHaveLength(8)
  })
  it('stays while one of two jobs goes on', async () => {
    const { engine, lives, timers } = open({ idleAfterSeconds: 30 })
    void engine.run('wait').catch(() => undefined)
    await engine.run('echo')
    timers.pass(100)
    await settled()
    expect(lives[0]?.isOver).toBe(false)
  })
})

describe('close', () => {
  it('lets jobs end in their own orderly way, gives what they give, and takes no more', async () => {
    const { engine, lives } = open()
    const job = engine.run('endWith')
    await engine.run('echo')
    await engine.close()
    expect(await job).toEqual({ ended: 'without a word' })
    expect(lives[0]?.isOver).toBe(true)
    await expect(engine.run('echo')).rejects.toEqual(refusal('engine/ended', { reason: 'closed' }))
  })
  it('kills a process that does not end within its time', async () => {
    const { engine, lives, timers } = open({ closeWithinSeconds: 10, hungAfterSeconds: 100 })
    const job = engine.run('wait').catch((reason: unknown) => reason)
    await engine.run('echo')
    lives[0]?.fallSilent()
    const closed = engine.close()
    timers.pass(9)
    expect(lives[0]?.isOver).toBe(false)
    timers.pass(1)
    await closed
    expect(await job).toEqual(refusal('engine/ended'))
  })
  it('is done at once where no process was started', async () => {
    const { engine, lives } = open()
    await engine.close()
    expect(lives).toHaveLength(0)
  })
})
