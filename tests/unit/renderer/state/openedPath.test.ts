import { expect, it } from 'vitest'
import { openedPath } from '../../../../src-renderer/state/openedPath.ts'

it.each([
  ['/home/a/Poems', { kind: 'project', folder: '/home/a/Poems' }],
  ['/home/a/Poems/project.json', { kind: 'project', folder: '/home/a/Poems' }],
  ['C:\\Poems\\project.json', { kind: 'project', folder: 'C:\\Poems' }],
  ['C:\\data\\问答.CSV', { kind: 'data', path: 'C:\\data\\问答.CSV', name: '问答' }],
  ['/data/rows.v2.jsonl', { kind: 'data', path: '/data/rows.v2.jsonl', name: 'rows.v2' }],
  ['/data/project.json.txt', { kind: 'data', path: '/data/project.json.txt', name: 'project.json' }],
])('%s', (path, means) => {
  expect(openedPath(path)).toEqual(means)
})
