import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { placeWindow, readWindowState } from '../../../src-main/shell/windowState.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const LAPTOP = { x: 0, y: 25, width: 1440, height: 875 }
const BESIDE = { x: 1440, y: 0, width: 2560, height: 1440 }
const state = (x: number, y: number, width = 1000, height = 700) => ({ x, y, width, height, isMaximized: false })

describe('a window is placed', () => {
  it.each([
    ['where it was', state(100, 100), [LAPTOP], { x: 100, y: 100, width: 1000, height: 700 }],
    ['where it was on a second display', state(1500, 50), [LAPTOP, BESIDE], { x: 1500, y: 50, width: 1000, height: 700 }],
    ['by the system where that display is gone', state(1500, 50), [LAPTOP], { width: 1000, height: 700 }],
    ['by the system where its upper edge cannot be reached', state(100, -300), [LAPTOP], { width: 1000, height: 700 }],
    ['by the system where only a sliver of it could be seen', state(1430, 100), [LAPTOP], { width: 1000, height: 700 }],
    ['no larger than its display', state(0, 25, 4000, 3000), [LAPTOP], { x: 0, y: 25, width: 1440, height: 875 }],
    ['no smaller than it can be used', state(10, 30, 1, 1), [LAPTOP], { width: 480, height: 400 }],
    ['by the system the first time', null, [LAPTOP], { width: 1280, height: 820 }],
    ['somehow without any display', null, [], { width: 1280, height: 820 }],
  ])('%s', (_, given, displays, expected) => {
    expect(placeWindow(given, displays)).toEqual(expected)
  })
})

it.each(['', 'null', '{"x":"left"}', '{"x":1e300,"y":0,"width":5,"height":5,"isMaximized":false}', '\0'])(
  'a damaged file is as none: %j',
  async (text) => {
    const file = join(await temporaryFolder(), 'window.json')
    await writeFile(file, text)
    expect(readWindowState(file)).toBeNull()
  },
)
