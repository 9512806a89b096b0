import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plantedTree, toolPath, type PlantedTree } from './plantedTree.ts'
import { runTool } from './runTool.ts'

/** A checker that silently looks at nothing passes everything: so each is shown a mistake now and then. */
let tree: PlantedTree
beforeAll(() => {
  tree = plantedTree()
  tree.plant({
    'src-main/services/planted.ts': 'export const count: number = "three"',
    'src-renderer/state/planted.ts': 'export const count: number = "three"',
    'src-renderer/ui/Planted.svelte':
      '<script lang="ts">\n  let { count }: { count: number } = $props()\n</script>\n\n{count.toUpperCase()}\n',
  })
})
afterAll(() => tree.remove())

describe('the check of types', () => {
  it('finds a wrong type in main', async () => {
    const { code, output } = await runTool(toolPath('typescript/bin/tsc'), ['--noEmit', '--project', '.'], { cwd: tree.folder })
    expect(code).not.toBe(0)
    expect(output).toMatch(/src-main\/services\/planted\.ts.*TS2322/)
  })

  it('finds a wrong type in the window’s scripts and components', async () => {
    const parameters = ['--tsconfig', 'src-renderer/tsconfig.json', '--output', 'machine', '--fail-on-warnings']
    const { code, output } = await runTool(toolPath('svelte-check/bin/svelte-check'), parameters, { cwd: tree.folder })
    expect(code).not.toBe(0)
    expect(output).toMatch(/ERROR "state\/planted\.ts"|ERROR "src-renderer\/state\/planted\.ts"/)
    expect(output).toMatch(/ERROR "(src-renderer\/)?ui\/Planted\.svelte"/)
  })
})
