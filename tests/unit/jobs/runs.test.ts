import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startRun } from '../../../src-main/jobs/runs.ts'
import { goldenFolder } from '../../golden/golden.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

it('a run that is ended while its rows are tokenised has written nothing, and says why it ended', async () => {
  const folder = await temporaryFolder()
  const data = join(folder, 'rows.jsonl')
  await writeFile(data, '{"instruct": "Write a poem: ", "input": "the sea", "label": "waves sing."}\n'.repeat(50))
  const request = { data, model: goldenFolder('qwen2'), output: join(folder, 'run'), cache: join(folder, 'cache') }
  await expect(startRun(request, { signal: AbortSignal.abort('pause') })).rejects.toBe('pause')
  expect(existsSync(request.output)).toBe(false)
})
