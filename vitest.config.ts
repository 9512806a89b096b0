import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

interface Tier {
  secondsPerTest: number
  globalSetup?: string[]
  /** Tiers of a higher one run behind those of a lower. */
  groupOrder?: number
  retry?: number
  /** A process for each file of tests. Without it files share processes, and load once what they have in common. */
  isolate?: boolean
}

/** A tier of tests is a folder under tests/ and a project here; `npm test` runs those that need nothing but Node and a browser. */
const tier = (name: string, { secondsPerTest, globalSetup = [], groupOrder = 0, retry = 0, isolate = true }: Tier) => ({
  test: {
    name,
    globalSetup,
    retry,
    isolate,
    sequence: { groupOrder },
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: secondsPerTest * 1000,
    hookTimeout: secondsPerTest * 1000,
    // Waiting is cheap where it is over at once, and a busy machine is slow.
    expect: { poll: { timeout: 15_000 } },
  },
})

export default defineConfig({
  test: {
    // Most of a test's time is waiting for a process or a page, and where there are two cores vitest would leave one idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      tier('unit', { secondsPerTest: 60, isolate: false }),
      tier('golden', { secondsPerTest: 60, isolate: false }),
      tier('property', { secondsPerTest: 60, isolate: false }),
      tier('hostile', { secondsPerTest: 60 }),
      tier('crash', { secondsPerTest: 300 }),
      tier('tooling', { secondsPerTest: 120 }),
      // Behind the others: what a person waits for is timed on a machine that does nothing else.
      // A browser, a page and two processes beside each other: once more where one of them was starved, and the reporter says that it was.
      tier('ui', { secondsPerTest: 120, globalSetup: ['tests/ui/globalSetup.ts'], groupOrder: 1, retry: 1, isolate: false }),
      tier('electron', { secondsPerTest: 120, globalSetup: ['tests/electron/globalSetup.ts'], groupOrder: 2 }),
      tier('peers', { secondsPerTest: 1800, globalSetup: ['tests/peers/globalSetup.ts'] }),
    ],
  },
})
