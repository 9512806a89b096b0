import { expect, it } from 'vitest'
import { commonCharacters } from '../../../../../scripts/starter/tokenizer/commonCharacters.ts'

it('lists level 1 of GB 2312: 3,755 characters from 啊 to 座', () => {
  const characters = commonCharacters()
  expect(characters).toHaveLength(3755)
  expect(new Set(characters).size).toBe(3755)
  expect([characters[0], characters.at(-1)]).toEqual(['啊', '座'])
})
