import { defineConfig } from 'vitest/config'

/** A tier of tests is a folder under tests/ and a project here; `npm test` runs those that need nothing but Node. */
const tier = (name: string, secondsPerTest: number, globalSetup: string[] = []) => ({
  test: {
    name,
    globalSetup,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: secondsPerTest * 1000,
    hookTimeout: secondsPerTest * 1000,
  },
})

export default defineConfig({
  test: {
    projects: [
      tier('unit', 10),
      tier('golden', 60),
      tier('property', 60),
      tier('hostile', 60),
      tier('crash', 300),
      tier('tooling', 120),
      tier('ui', 60),
      tier('peers', 1800, ['tests/peers/globalSetup.ts']),
    ],
  },
})
