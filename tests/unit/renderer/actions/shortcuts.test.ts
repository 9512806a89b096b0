import { expect, it } from 'vitest'
import { SHORTCUT_PLACES, shortcutsOf } from '../../../../src-renderer/actions/shortcuts.ts'

it.each(['darwin', 'win32', 'linux'] as const)('no keys mean two things in one place on %s', (platform) => {
  const keysOf = (place: (typeof SHORTCUT_PLACES)[number]): string[] => shortcutsOf(place, platform).map(({ keys }) => keys)
  for (const place of SHORTCUT_PLACES) {
    const keys = place === 'everywhere' ? keysOf(place) : [...keysOf('everywhere'), ...keysOf(place)]
    expect(new Set(keys).size, place).toBe(keys.length)
  }
})
