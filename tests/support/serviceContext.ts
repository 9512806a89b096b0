import { join, resolve } from 'node:path'
import type { Emit, EventName, EventValue } from '../../src-main/contract/contract.ts'
import type { Engines } from '../../src-main/host/engine.ts'
import type { ServiceContext } from '../../src-main/services/backend.ts'
import { inProcessEngine } from './inProcessEngine.ts'
import { temporaryFolder } from './temporaryFolder.ts'

export interface TestContext extends ServiceContext {
  /** What the window was told, in order. */
  told: { name: EventName; value: unknown }[]
  toldOf<Name extends EventName>(name: Name): EventValue<Name>[]
  /** Whether sleep was held off, each time it changed. */
  sleep: boolean[]
}

/** What services are handed, with the engine's jobs in this process and folders of this test alone. */
export async function serviceContext(engines: Partial<Engines> = {}): Promise<TestContext> {
  const folder = await temporaryFolder()
  const told: TestContext['told'] = []
  const sleep: boolean[] = []
  const emit: Emit = (name, value) => void told.push({ name, value: structuredClone(value) })
  return {
    version: '0.0.0',
    resources: resolve('resources'),
    dataFolder: join(folder, 'data'),
    projectsFolder: join(folder, 'projects'),
    platform: {
      surroundings: 'browser',
      chooseFiles: async () => [],
      chooseFolder: async () => null,
      choosePlace: async () => null,
      showInFolder: () => undefined,
      setMenu: () => undefined,
      holdSleep: (isHeld) => void sleep.push(isHeld),
    },
    engines: { training: inProcessEngine(), answers: inProcessEngine(), tokens: inProcessEngine(), ...engines },
    emit,
    told,
    toldOf: (name) => told.filter((event) => event.name === name).map(({ value }) => value as never),
    sleep,
  }
}
