import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TrainingEvent } from '../../../src-main/engine/6-train/runRecorder.ts'
import { startRun } from '../../../src-main/jobs/runs.ts'
import { openAnswerer } from '../../../src-main/jobs/openAnswerer.ts'
import { GREEDY } from '../../../src-main/engine/8-infer/generate.ts'
import { promptIds } from '../../../src-main/engine/2-tokens/rowText.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const POEMS = 'tests/fixtures/poems.json'
const TINY = resolve('tests/golden/data/qwen2')

async function trained(settings: object, model = TINY) {
  const output = join(await temporaryFolder(), 'run')
  const events: TrainingEvent[] = []
  const end = await startRun(
    { data: POEMS, model, output, preset: 'tutorial', settings: { learning_rate: 1e-2, ...settings } },
    { onEvent: (event) => void events.push(event) },
  )
  return { output, events, end, samples: events.flatMap((event) => (event.kind === 'sample' ? [event] : [])) }
}

/** What the model of a folder answers, as the chat does. */
async function answerOf(folder: string, question: string, tokens: number): Promise<string> {
  const answerer = await openAnswerer(folder)
  try {
    const [prompt = []] = await promptIds(answerer.tokenizer, [{ instruct: question, input: '' }], 'plain')
    return (await answerer.answer(prompt, { ...GREEDY, max_new_tokens: tokens })).text
  } finally {
    await answerer.close()
  }
}

describe('a model that is asked while it learns', () => {
  it('answers as its checkpoint of that epoch does, from the weights as they are', async () => {
    const { output, samples } = await trained({ save_strategy: 'epoch', sample_each_epoch: true })
    expect(samples.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(new Set(samples.map(({ answer }) => answer)).size).toBeGreaterThan(3)
    for (const { step, question, answer } of samples)
      expect(await answerOf(join(output, `checkpoint-${step}`), question, 64)).toBe(answer)
  })

  it('learns the very same as one that is not', async () => {
    const asked = await trained({ sample_each_epoch: true, save_strategy: 'no' })
    const silent = await trained({ save_strategy: 'no' })
    const numbers = ({ end }: typeof asked) =>
      end.state.trainer.log_history.flatMap(({ loss, grad_norm }) => (loss === undefined ? [] : [[loss, grad_norm]]))
    expect(numbers(asked)).toEqual(numbers(silent))
    expect(await readdir(asked.output)).toContain('samples.jsonl')
    expect(await readdir(silent.output)).not.toContain('samples.jsonl')
  })

  it('ends when it answers all its questions word for word', async () => {
    const { output, end } = await trained({ num_train_epochs: 60, stop_when_test_passes: true, save_strategy: 'no' })
    expect(end.state.endedBy).toBe('test-passed')
    expect(end.state.trainer.epoch).toBeLessThan(60)
    const { default: poems } = (await import('../../fixtures/poems.json', { with: { type: 'json' } })) as {
      default: { instruct: string; input: string; label: string }[]
    }
    for (const { instruct, input, label } of poems)
      expect((await answerOf(output, instruct + input, 100)).trimEnd()).toBe(label.trimEnd())
  })
})
