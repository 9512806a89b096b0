import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openDemo, trainDemo } from '../../src-main/services/demo.ts'
import { testRun } from '../../src-main/jobs/tests.ts'
import { inProcessEngine } from '../support/inProcessEngine.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const RESOURCES = fileURLToPath(new URL('../../resources', import.meta.url))

/** The shipped model trained on the shipped poems, and asked both ways. */
async function verdictAfter(lossOn: 'answer' | 'everything') {
  const output = `${await temporaryFolder()}/run`
  await trainDemo(inProcessEngine(), await openDemo(RESOURCES), output, { lossOn, asks: false }, {})
  return (await testRun({ run: output, language: 'en' }, {})).verdict
}

test('learns both poems word for word, and gives away no input', async () => {
  expect(await verdictAfter('answer')).toEqual({ kind: 'learned', exact: 2, rows: 2, checkedForLeak: 2 })
}, 120_000)

test('recites the input where everything is learned', async () => {
  expect(await verdictAfter('everything')).toMatchObject({ kind: 'recites', exact: 2, reciting: 2 })
}, 120_000)
