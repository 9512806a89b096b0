import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../../src-main/engine/6-train/runState.ts'
import { drawLoss } from '../../../../src-main/engine/7-record/lossPicture.ts'
import { hasLetters } from '../../../../src-main/engine/7-record/picture/strokeLetters.ts'
import { WORDS } from '../../../../src-main/engine/7-record/picture/words.ts'

const log: LogLine[] = [
  { epoch: 1, step: 10, loss: 3, learning_rate: 1e-4, grad_norm: 2 },
  { epoch: 1, step: 10, eval_loss: 2.5 },
  { epoch: 2, step: 20, loss: 1 },
  { epoch: 2, step: 20, eval_loss: 1.5 },
  { epoch: 3, step: 30, loss: 0.25 },
  { epoch: 3, step: 30, eval_loss: 2 },
  { epoch: 3, step: 30, train_loss: 1.4, train_runtime: 12 },
]
const textsOf = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = '']) => text)
/** The points of the polylines in a colour. */
const curveOf = (svg: string, colour: string): string[] =>
  [...svg.matchAll(/<polyline points="([^"]*)"[^>]*>/g)]
    .filter(([line]) => line.includes(colour))
    .map(([, points = '']) => points)
const TRAINING = '#1d4ed8'
const HELD_OUT = '#c2410c'

describe('what the picture shows', () => {
  it('both losses at their places, the held-out one dashed, its best ringed and named', async () => {
    const { svg } = await drawLoss(log, { title: 'poems' })
    // 10, 20 and 30 of 30 steps between x = 104 and 928; 0 to 3 between y = 492 and 124.
    expect(curveOf(svg, TRAINING)).toEqual(['378.67,124 653.33,369.33 928,461.33'])
    expect(curveOf(svg, HELD_OUT)).toEqual(['378.67,185.33 653.33,308 928,246.67'])
    expect(svg).toMatch(new RegExp(`<polyline[^>]*stroke="${HELD_OUT}"[^>]*stroke-dasharray`))
    expect(svg).toContain(`<circle cx="653.33" cy="308" r="7" fill="none" stroke="${HELD_OUT}"`)
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        'poems',
        'training 0.250',
        'held-out 2.00',
        'best held-out 1.50 at step 20',
        'loss (nats per trained token)',
        'step',
        'epoch',
      ]),
    )
  })

  it('round ticks on all three axes', async () => {
    const { svg } = await drawLoss(log, { title: 't' })
    const numbers = textsOf(svg).filter((text) => /^[\d.,]+$/.test(text))
    expect(numbers).toEqual([
      '0.0',
      '0.5',
      '1.0',
      '1.5',
      '2.0',
      '2.5',
      '3.0',
      '0',
      '5',
      '10',
      '15',
      '20',
      '25',
      '30',
      '0',
      '1',
      '2',
      '3',
    ])
  })

  it('the same in words, for those who do not see it', async () => {
    const { svg } = await drawLoss(log, { title: 'poems' })
    expect(svg).toContain(
      '<desc id="description">training loss 3.00 at step 10, 0.250 at step 30; held-out loss 2.50 at step 10, 2.00 at step 30; best held-out 1.50 at step 20</desc>',
    )
    expect((await drawLoss(log, { title: '诗', language: 'zh' })).svg).toContain('训练损失：第 10 步 3.00，第 30 步 0.250；')
  })

  it('one spike among 3,000 steps stays as high as it was', async () => {
    const long = Array.from({ length: 3000 }, (_, i) => ({
      epoch: i / 1000,
      step: i + 1,
      loss: i === 1776 ? 9 : 2 + Math.sin(i) / 10,
    }))
    const { svg } = await drawLoss(long)
    const [points = ''] = curveOf(svg, TRAINING)
    const heights = points.split(' ').map((point) => Number(point.split(',')[1]))
    expect(heights.length).toBeLessThan(2000)
    expect(Math.min(...heights)).toBe(492 - (9 / 10) * 368)
    expect(textsOf(svg)).toContain('3,000')
  })
})

describe('logs that leave little to draw', () => {
  it.each<[string, LogLine[]]>([
    ['nothing', []],
    ['no loss', [{ epoch: 1, step: 1, train_runtime: 3 }]],
    ['one step', [{ epoch: 1, step: 1, loss: 2 }]],
    ['one step of a part of an epoch', [{ epoch: 0.0125, step: 1, loss: 2 }]],
    [
      'the same loss twice',
      [
        { epoch: 1, step: 1, loss: 2 },
        { epoch: 2, step: 2, loss: 2 },
      ],
    ],
    ['no loss left', [{ epoch: 1, step: 1, loss: 0 }]],
    [
      'hardly any',
      [
        { epoch: 1, step: 1, loss: 1e-9 },
        { epoch: 2, step: 2, loss: 1e-12 },
      ],
    ],
    [
      'an enormous one',
      [
        { epoch: 1, step: 1, loss: 1e30 },
        { epoch: 2, step: 2, loss: 1 },
      ],
    ],
    [
      'no numbers',
      [
        { epoch: 1, step: 1, loss: NaN },
        { epoch: 2, step: 2, loss: Infinity },
      ],
    ],
    [
      'only held-out losses',
      [
        { epoch: 1, step: 1, eval_loss: 2 },
        { epoch: 2, step: 2, eval_loss: 1 },
      ],
    ],
  ])('%s', async (_, few) => {
    const { svg, png } = await drawLoss(few)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    expect(png.length).toBeGreaterThan(1000)
    const losses = few.flatMap((line) => [line.loss, line.eval_loss]).filter((loss) => Number.isFinite(loss))
    expect(textsOf(svg).includes('No loss has been logged yet')).toBe(losses.length === 0)
  })
})

describe('the PNG', () => {
  it('has twice the size of the SVG, and is the same each time', async () => {
    const [once, again] = await Promise.all([drawLoss(log, { title: 'poems' }), drawLoss(log, { title: 'poems' })])
    const png = Buffer.from(once.png)
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1080])
    expect(png.equals(again.png)).toBe(true)
  })

  it('shows its words without any font: another title is another picture', async () => {
    const [one, other] = await Promise.all([drawLoss(log, { title: 'abc' }), drawLoss(log, { title: 'abd' })])
    expect(Buffer.from(one.png).equals(other.png)).toBe(false)
  })

  it('there are letters for all English words of the picture and for all of ASCII', () => {
    const { best, course, ...words } = WORDS.en
    for (const text of [...Object.values(words), best('1', '2'), course('a', '1', '2', '3', '4')])
      expect(hasLetters(text)).toBe(true)
    expect(hasLetters(Array.from({ length: 95 }, (_, i) => String.fromCodePoint(32 + i)).join(''))).toBe(true)
    expect(hasLetters('诗')).toBe(false)
    expect(hasLetters('constructor')).toBe(true)
  })

  it('a Chinese picture is drawn, with the fonts that are there or without', async () => {
    const { svg, png } = await drawLoss(log, { title: '两首诗', language: 'zh' })
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['两首诗', '训练 0.250', '留出数据最低 1.50（第 20 步）', '步', '轮']))
    expect(Buffer.from(png).subarray(1, 4).toString()).toBe('PNG')
  })
})

it('a title cannot break out of its place, and is cut where there is no more room', async () => {
  const { svg, png } = await drawLoss(log, { title: '</text><script>&"\u0000\u202e' })
  expect(svg).not.toContain('<script>')
  expect(textsOf(svg)[0]).toBe('&lt;/text&gt;&lt;script&gt;&amp;&quot;  ')
  expect(png.length).toBeGreaterThan(1000)
  const long = await drawLoss(log, { title: 'x'.repeat(500) })
  expect(textsOf(long.svg)[0]).toBe(`${'x'.repeat(63)}…`)
})
