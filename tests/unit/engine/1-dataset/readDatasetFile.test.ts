import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDatasetFile } from '../../../../src-main/engine/1-dataset/readDatasetFile.ts'
import type { Dataset } from '../../../../src-main/engine/1-dataset/readRows.ts'
import { encodeText } from '../../../support/encodedText.ts'
import { refusal } from '../../../support/refusal.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

async function read(content: string | Uint8Array): Promise<Dataset> {
  const path = join(await temporaryFolder(), 'rows')
  await writeFile(path, content)
  return readDatasetFile(path)
}

describe('readDatasetFile', () => {
  it('reads a table whose columns say what they are, in any encoding, and counts what it leaves out', async () => {
    expect(await read(encodeText('来源,问题,回答\n书,天,蓝\n,草,\n,花,红\n', 'gb18030'))).toEqual({
      rows: [
        { instruct: '天', input: '', label: '蓝' },
        { instruct: '花', input: '', label: '红' },
      ],
      indices: [0, 2],
      problems: [{ kind: 'empty-field', field: 'label', index: 1, line: 3 }],
      aliases: [
        { field: 'instruct', name: '问题', rows: 2 },
        { field: 'label', name: '回答', rows: 2 },
      ],
      unusedFields: [{ name: '来源', rows: 1 }],
      rowCount: 3,
    })
  })

  it('reads conversations as a row for each answer, under the number of their conversation', async () => {
    const say = (role: string, content: string) => ({ role, content })
    const messages = [say('user', 'a'), say('assistant', 'b'), say('user', 'c'), say('assistant', 'd')]
    const { rows, indices } = await read(JSON.stringify([{ messages }]))
    expect(rows.map(({ label }) => label)).toEqual(['b', 'd'])
    expect(indices).toEqual([0, 0])
  })

  it('reads rows in JSON as strictly as ever', async () => {
    const { rows, problems } = await read('{"instruct":"a","label":"b"}\n{"instruct":1,"label":"b"}\n')
    expect(rows).toHaveLength(1)
    expect(problems).toMatchObject([{ kind: 'not-text', field: 'instruct', line: 2 }])
  })

  it('does not guess: nobody is there who could look at the preview', async () => {
    await expect(read('cat,Katze\ndog,Hund\n')).rejects.toEqual(refusal('dataset/unknown-columns', { columns: '—' }))
    await expect(read('word,meaning\ncat,a small animal that says miaow\n')).rejects.toEqual(
      refusal('dataset/unknown-columns', { columns: 'word, meaning' }),
    )
    await expect(read('Just some notes.\nAnd more of them.\n')).rejects.toEqual(refusal('dataset/unknown-columns'))
  })
})
