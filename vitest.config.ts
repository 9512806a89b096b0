import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** A tier of tests is a folder under tests/ and a project here; `npm test` runs those that need nothing but Node and a browser. */
const tier = (name: string, secondsPerTest: number, globalSetup: string[] = [], groupOrder = 0, retry = 0) => ({
  test: {
    name,
    globalSetup,
    retry,
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
      tier('unit', 60),
      tier('golden', 60),
      tier('property', 60),
      tier('hostile', 60),
      tier('crash', 300),
      tier('tooling', 120),
      // Behind the others: what a person waits for is timed on a machine that does nothing else.
      // A browser, a page and two processes beside each other: once more where one of them was starved, and the reporter says that it was.
      tier('ui', 120, ['tests/ui/globalSetup.ts'], 1, 1),
      tier('electron', 120, ['tests/electron/globalSetup.ts'], 2),
      tier('peers', 1800, ['tests/peers/globalSetup.ts']),
    ],
  },
})
