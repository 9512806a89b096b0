import { expect, test } from 'vitest'
import { createOrtExecutor } from '../../../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../../../src-main/engine/5-exec/referenceExecutor.ts'

test('blocks of rows are added where they belong, one after another, and nothing else changes', async () => {
  for (const executor of [await createOrtExecutor({ threads: 2 }), createReferenceExecutor()]) {
    let table = executor.upload(
      Float32Array.from({ length: 15 }, (_, i) => i),
      [5, 3],
    )
    for (const [start, count] of [
      [1, 2],
      [3, 1],
    ] as const)
      table = await executor.addToRows(table, start, executor.upload(new Float32Array(3 * count).fill(100), [count, 3]))
    const rows = Array.from(await executor.download(table))
    expect(rows).toEqual([0, 1, 2, 103, 104, 105, 106, 107, 108, 109, 110, 111, 12, 13, 14])
    await executor.dispose()
  }
})
