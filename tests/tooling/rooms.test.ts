import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plantedTree, toolPath, type PlantedTree } from './plantedTree.ts'
import { runTool } from './runTool.ts'

const configuration = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] }

/** For each rule a file that breaks it. */
const BREACHES: Readonly<Record<string, [path: string, text: string]>> = {
  'contract-imports-nothing-of-ours': ['src-main/contract/a.ts', "import '../files/planted.ts'"],
  'files-import-only-contract': ['src-main/files/a.ts', "import '../engine/4-graph/planted.ts'"],
  'engine-imports-only-contract-and-files': ['src-main/engine/1-dataset/a.ts', "import '../../services/planted.ts'"],
  'engine-room-1-imports-only-lower-numbers': ['src-main/engine/1-dataset/b.ts', "import '../2-tokens/planted.ts'"],
  'engine-room-2-imports-only-lower-numbers': ['src-main/engine/2-tokens/b.ts', "import '../3-batches/planted.ts'"],
  'engine-room-3-imports-only-lower-numbers': ['src-main/engine/3-batches/b.ts', "import '../4-graph/planted.ts'"],
  'engine-room-4-imports-only-lower-numbers': ['src-main/engine/4-graph/b.ts', "import '../5-exec/planted.ts'"],
  'engine-room-5-imports-only-lower-numbers': ['src-main/engine/5-exec/b.ts', "import '../6-train/planted.ts'"],
  'engine-room-6-imports-only-lower-numbers': ['src-main/engine/6-train/b.ts', "import type {} from '../7-record/planted.ts'"],
  'engine-room-7-imports-only-lower-numbers': ['src-main/engine/7-record/b.ts', "import '../8-infer/planted.ts'"],
  'jobs-import-only-engine-and-below': ['src-main/jobs/a.ts', "import '../services/planted.ts'"],
  'page-imports-nothing-of-ours': ['src-main/page/a.ts', "import '../contract/planted.ts'"],
  'serve-imports-only-services-and-below': ['src-main/serve/a.ts', "import '../cli/planted.ts'"],
  'host-imports-only-jobs-and-below': ['src-main/host/a.ts', "import '../services/planted.ts'"],
  'services-import-only-host-and-below': ['src-main/services/a.ts', "import '../cli/planted.ts'"],
  'cli-imports-only-serve-and-below': ['src-main/cli/a.ts', "import '../files/planted.ts'"],
  'preload-imports-only-contract': ['src-main/preload/a.ts', "import '../services/planted.ts'"],
  'shell-imports-only-services-and-below': ['src-main/shell/a.ts', "import '../files/planted.ts'"],
  'renderer-imports-only-contract': ['src-renderer/a.ts', "import '../src-main/services/planted.ts'"],
  'only-shell-imports-electron': ['src-main/services/b.ts', "import 'electron'"],
  'renderer-without-node': ['src-renderer/Planted.svelte', '<script lang="ts">\n  import \'node:fs\'\n</script>'],
  'contract-without-node': ['src-main/contract/b.ts', "import 'node:path'"],
  'source-without-tests': ['src-main/services/c.ts', "import '../../tests/unit/planted.ts'"],
  'main-without-development-packages': ['src-main/services/d.ts', "import 'fast-check'"],
  'declared-packages-only': ['src-main/services/e.ts', "import 'acorn'"],
  resolvable: ['src-main/services/f.ts', "import './nowhere.ts'"],
  'no-cycles': ['src-main/services/g.ts', "import './h.ts'"],
  'no-orphans': ['src-main/services/i.ts', 'export {}'],
}
const IMPORTED = [
  'src-main/cli/planted.ts',
  'src-main/contract/planted.ts',
  'src-main/engine/2-tokens/planted.ts',
  'src-main/engine/3-batches/planted.ts',
  'src-main/engine/4-graph/planted.ts',
  'src-main/engine/5-exec/planted.ts',
  'src-main/engine/6-train/planted.ts',
  'src-main/engine/7-record/planted.ts',
  'src-main/engine/8-infer/planted.ts',
  'src-main/files/planted.ts',
  'src-main/services/planted.ts',
  'tests/unit/planted.ts',
]

interface Report {
  summary: { violations: { rule: { name: string }; from: string }[] }
}

let tree: PlantedTree
let report: Report
beforeAll(async () => {
  tree = plantedTree()
  tree.plant(Object.fromEntries(IMPORTED.map((path) => [path, 'export {}'])))
  tree.plant({ ...Object.fromEntries(Object.values(BREACHES)), 'src-main/services/h.ts': "import './g.ts'" })
  const cruiser = toolPath('dependency-cruiser/bin/dependency-cruise.mjs')
  const { output } = await runTool(cruiser, ['src-main', 'src-renderer', '--output-type', 'json'], { cwd: tree.folder })
  report = JSON.parse(output) as Report
})
afterAll(() => tree.remove())

describe('the rooms of the repository', () => {
  it.each(configuration.forbidden.map(({ name }) => name))('%s: a file that breaks the rule fails the check', (name) => {
    const found = report.summary.violations.filter(({ rule }) => rule.name === name)
    expect(found.map(({ from }) => from)).toContain(BREACHES[name]?.[0])
  })
})
