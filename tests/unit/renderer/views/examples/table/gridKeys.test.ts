import { describe, expect, it } from 'vitest'
import { gridCommand, type Key } from '../../../../../../src-renderer/views/examples/table/gridKeys.ts'

function pressed(keys: string, more: Partial<Key> = {}): Key {
  const parts = keys.split('+')
  return {
    key: parts.at(-1) ?? '',
    keyCode: 0,
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    ctrlKey: parts.includes('Ctrl'),
    metaKey: false,
    isComposing: false,
    ...more,
  }
}

describe('while moving through the table', () => {
  it.each([
    ['ArrowDown', { kind: 'move', rows: 1, columns: 0 }],
    ['ArrowLeft', { kind: 'move', rows: 0, columns: -1 }],
    ['Ctrl+ArrowUp', { kind: 'move', rows: -Infinity, columns: 0 }],
    ['Ctrl+ArrowRight', { kind: 'move', rows: 0, columns: Infinity }],
    ['Shift+ArrowDown', { kind: 'extend', rows: 1 }],
    ['Ctrl+Shift+End', { kind: 'extend', rows: Infinity }],
    ['Home', { kind: 'move', rows: 0, columns: -Infinity }],
    ['Ctrl+End', { kind: 'move', rows: Infinity, columns: 0 }],
    ['PageDown', { kind: 'page', by: 1 }],
    ['Tab', { kind: 'step', by: 1 }],
    ['Shift+Tab', { kind: 'step', by: -1 }],
    ['Enter', { kind: 'edit' }],
    ['F2', { kind: 'edit' }],
    ['Shift+ ', { kind: 'toggle-row' }],
    ['Backspace', { kind: 'remove' }],
    ['Escape', { kind: 'leave' }],
  ])('%s means %j', (keys, command) => {
    expect(gridCommand(pressed(keys), false)).toEqual(command)
  })

  it.each(['a', '春', ' ', 'Ctrl+c', 'Ctrl+Enter', 'Alt+ArrowUp', 'Ctrl+Backspace'])(
    '%s is left to the text field and the shortcuts',
    (keys) => {
      expect(gridCommand(pressed(keys), false)).toBeNull()
    },
  )
})

describe('while writing in a cell', () => {
  it.each([
    ['Enter', { kind: 'commit' }],
    ['Alt+Enter', { kind: 'newline' }],
    ['Tab', { kind: 'step', by: 1 }],
    ['Escape', { kind: 'cancel' }],
  ])('%s means %j', (keys, command) => {
    expect(gridCommand(pressed(keys), true)).toEqual(command)
  })

  it.each(['Shift+Enter', 'ArrowDown', 'Home', 'Delete', 'Ctrl+Enter', 'Ctrl+z'])('%s is the text field’s own', (keys) => {
    expect(gridCommand(pressed(keys), true)).toBeNull()
  })
})

it.each([
  ['Enter', true],
  ['Escape', true],
  ['ArrowDown', false],
] as const)('%s belongs to the input method while characters are being composed', (keys, isEditing) => {
  expect(gridCommand(pressed(keys, { isComposing: true }), isEditing)).toBeNull()
  expect(gridCommand(pressed(keys, { keyCode: 229 }), isEditing)).toBeNull()
})
