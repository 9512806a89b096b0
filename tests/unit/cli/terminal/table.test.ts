import { expect, it } from 'vitest'
import { table } from '../../../../src-main/cli/terminal/table.ts'

it('aligns columns that hold Han characters and colours', () => {
  expect(
    table(
      [{ title: '行' }, { title: 'n', align: 'right' }],
      [
        ['\x1b[1m红绫\x1b[22m', '5'],
        ['ab', '12'],
      ],
    ),
  ).toEqual(['行     n', '\x1b[1m红绫\x1b[22m   5', 'ab    12'])
})

it('has no line of titles where there are none', () => {
  expect(table([{}, {}], [['a', 'b']])).toEqual(['a  b'])
})
