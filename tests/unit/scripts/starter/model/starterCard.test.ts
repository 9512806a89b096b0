import { expect, it } from 'vitest'
import { starterCard } from '../../../../../scripts/starter/model/starterCard.ts'
import { starterSettings } from '../../../../../scripts/starter/training/starterSettings.ts'

it('states the numbers of the run: a line of the curve for each evaluation, and both perplexities', () => {
  const card = starterCard({
    parameters: 4_526_336,
    vocabulary: 6144,
    maxPositions: 512,
    corpusTokens: 4_500_000,
    corpusRows: 60_000,
    epochs: 0.834,
    settings: starterSettings(),
    log: [
      { step: 10, epoch: 0.1, loss: 8 },
      { step: 20, epoch: 0.2, loss: 7 },
      { step: 20, epoch: 0.2, eval_loss: 7.25 },
      { step: 30, epoch: 0.3, loss: 6 },
      { step: 30, epoch: 0.3, eval_loss: 6.5 },
    ],
    heldOut: { poems: { rows: 1151, perplexity: 123.45 }, prose: { rows: 109, perplexity: 67.8 } },
  })
  expect(card).toContain('4.5 million parameters')
  expect(card).toContain('4,500,000 tokens in 60,000 rows')
  expect(card).toContain('0.83 of a pass')
  expect(card).toContain('| 20 | 7.50 | 7.25 |\n| 30 | 6.00 | 6.50 |\n')
  expect(card).toContain('**123.5** on 1,151 rows of poems')
  expect(card).toContain('**67.8** on 109 rows of English')
})
