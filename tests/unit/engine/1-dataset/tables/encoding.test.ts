import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sniffEncoding, toUtf8 } from '../../../../../src-main/engine/1-dataset/tables/encoding.ts'
import { encodeText, encodeUtf16, encodeWindows1252 } from '../../../../support/encodedText.ts'

const couplets = readFileSync(new URL('../../../../../resources/samples/couplets/rows.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .slice(0, 40)
  .join('\n')
const simplified = '问题,回答\n今天天气怎么样？,今天晴，气温二十度左右。\n怎样做西红柿炒鸡蛋？,先把鸡蛋打散，再把西红柿切块。\n'
const traditional = '問題,回答\n今天天氣怎麼樣？,今天晴，氣溫二十度左右。\n怎樣做番茄炒蛋？,先把雞蛋打散，再把番茄切塊。\n'
const german = 'Frage;Antwort\nWie heißt die größte Stadt?;Die größte Stadt heißt Köln, nahe der Straße über den Fluß.\n'
const french = 'question;réponse\nQu’est-ce que c’est ?;C’était l’été où le garçon a reçu le trésor caché près de la forêt.\n'
const spanish =
  'pregunta,respuesta\n¿Cuántos años tiene el niño?,El niño tiene años más que la señora; mañana será su cumpleaños.\n'
const english = 'question,answer\nWhat is a café?,"A place to drink coffee — it’s from French."\n'

describe('sniffEncoding', () => {
  it.each([
    ['Chinese', simplified],
    ['the couplets', couplets],
    ['German', german],
    ['ASCII', 'a,b\nc,d\n'],
  ])('knows UTF-8: %s', (_, text) => {
    expect(sniffEncoding(Buffer.from(text))).toBe('utf-8')
    expect(sniffEncoding(Buffer.from(`\uFEFF${text}`))).toBe('utf-8')
  })

  it.each([
    ['Chinese', simplified],
    ['the couplets', couplets],
    ['German', german],
    ['English', english],
    ['characters with a zero byte', '一,丁\n一个,一二三一\n'],
  ])('knows UTF-16 in both orders, with its mark and without: %s', (_, text) => {
    for (const order of ['le', 'be'] as const)
      for (const mark of [true, false]) expect(sniffEncoding(encodeUtf16(text, order, mark))).toBe(`utf-16${order}`)
  })

  it.each([
    ['a table', simplified],
    ['the couplets', couplets],
    ['one short line', '问题,回答\n你好,你好'],
    ['Chinese between English', 'instruction,output\nTranslate into Chinese: good morning,早上好\nTranslate: thank you,谢谢\n'],
  ])('knows GB18030: %s', (_, text) => {
    expect(sniffEncoding(encodeText(text, 'gb18030'))).toBe('gb18030')
  })

  it('knows Big5', () => {
    expect(sniffEncoding(encodeText(traditional, 'big5'))).toBe('big5')
  })

  it.each([
    ['German', german],
    ['French', french],
    ['Spanish', spanish],
    ['English', english],
    ['a single letter', 'a,b\ncafé,tea\n'],
  ])('takes the rest for Windows-1252: %s', (_, text) => {
    expect(sniffEncoding(encodeWindows1252(text))).toBe('windows-1252')
  })

  it('stays with UTF-8 where a few places are damaged', () => {
    const bytes = new Uint8Array(Buffer.from(couplets))
    bytes.set([0xff], bytes.indexOf(0xe4))
    expect(sniffEncoding(bytes)).toBe('utf-8')
    bytes.set([0], 40)
    expect(sniffEncoding(bytes)).toBe('utf-8')
  })
})

describe('toUtf8', () => {
  it('gives the same text whatever it was written in, without the mark', () => {
    const read = (bytes: Uint8Array): string => Buffer.from(toUtf8(bytes, sniffEncoding(bytes)).utf8).toString()
    expect(read(Buffer.from(`\uFEFF${simplified}`))).toBe(simplified)
    for (const order of ['le', 'be'] as const)
      for (const mark of [true, false]) expect(read(encodeUtf16(simplified, order, mark))).toBe(simplified)
    expect(read(encodeText(simplified, 'gb18030'))).toBe(simplified)
    expect(read(encodeText(traditional, 'big5'))).toBe(traditional)
    expect(read(encodeWindows1252(french))).toBe(french)
  })

  it('says whether bytes were no characters', () => {
    expect(toUtf8(Buffer.from('a\uFFFDb'), 'utf-8').isDamaged).toBe(false)
    expect(toUtf8(Uint8Array.of(0x61, 0xff, 0x62), 'utf-8')).toEqual({
      utf8: new TextEncoder().encode('a\uFFFDb'),
      isDamaged: true,
    })
  })
})
