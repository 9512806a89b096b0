import { expect, it } from 'vitest'
import { redact } from '../../../src-main/services/redact.ts'

const whose = { home: '/home/mei', user: 'mei', host: 'meis-laptop' }

it.each([
  ['/home/mei/model is gone', '~/model is gone'],
  ['mei on meis-laptop', '<user> on <computer>'],
  ['meiosis stays', 'meiosis stays'],
  ['with hf_abcdefghijk and token=secret', 'with <token> and token=<token>'],
])('%s', (line, shown) => expect(redact(line, whose)).toBe(shown))
