import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { chatSetupSchema, type ChatSetup, type Conversation } from '../../../src-main/contract/areas/chat.ts'
import { openBackend } from '../../../src-main/services/backend.ts'
import { callerOf, SMALL_MODEL, trainedSample, waitUntil } from '../../support/sampleProject.ts'
import { serviceContext, type TestContext } from '../../support/serviceContext.ts'

const setup = (given: z.input<typeof chatSetupSchema>): ChatSetup => chatSetupSchema.parse(given)
const isAnswered = ({ turns }: Conversation): boolean =>
  turns.length > 0 && turns.every(({ answers }) => answers.every(({ reason }) => reason !== null))
const answered = async (context: TestContext, chat: string, turns = 1): Promise<Conversation> => {
  const last = () =>
    context
      .toldOf('chat.changed')
      .map(({ conversation }) => conversation)
      .filter(({ id }) => id === chat)
      .at(-1)
  await waitUntil(() => {
    const conversation = last()
    return conversation?.turns.length === turns && isAnswered(conversation)
  })
  return last() as Conversation
}

describe('a conversation', () => {
  it('asks the trained model and the untrained one side by side, and tells each text in pieces', async () => {
    const context = await serviceContext()
    const { call, project, run } = await trainedSample(context)
    const { id } = await call('chat.create', {
      project,
      setup: setup({ targets: [{ run }, { untrained: run }], instruct: '请你给', settings: { max_new_tokens: 12 } }),
    })
    const asked = await call('chat.ask', { project, chat: id, text: '哪吒写一首诗：', turn: null })
    expect(asked.turns[0]).toMatchObject({ instruct: '请你给', text: '哪吒写一首诗：', attempt: 0 })
    const { turns } = await answered(context, id)
    const answers = turns[0]?.answers ?? []
    expect(answers.map(({ target }) => target)).toEqual([{ run }, { untrained: run }])
    for (const [index, answer] of answers.entries()) {
      expect(answer).toMatchObject({ problem: null })
      expect(answer.tokens).toBeGreaterThan(0)
      const told = context
        .toldOf('chat.text')
        .flatMap(({ pieces }) => pieces)
        .filter((piece) => piece.answer === index)
      expect(told.map(({ piece }) => piece).join('')).toBe(answer.text)
    }
    // Every number once and in order: a window that missed one knows.
    const seqs = context.told
      .filter(({ name }) => name === 'chat.text' || name === 'chat.changed')
      .map(({ value }) => (value as { seq: number }).seq)
    expect(seqs).toEqual(seqs.map((_, i) => i + 1))
    expect((await call('chat.open', { project, chat: id })).seq).toBe(seqs.at(-1))
  })

  it('gives the same answer to the same seed, and another one to a new try where something is drawn', async () => {
    const context = await serviceContext()
    const { call, project } = await trainedSample(context)
    const ask = async (temperature: number) => {
      const settings = { max_new_tokens: 16, temperature }
      const { id } = await call('chat.create', { project, setup: setup({ targets: [{ model: SMALL_MODEL }], settings }) })
      await call('chat.ask', { project, chat: id, text: 'x', turn: null })
      return { id, text: (await answered(context, id)).turns[0]?.answers[0]?.text }
    }
    const drawn = await ask(1.5)
    expect((await ask(1.5)).text).toBe(drawn.text)
    await call('chat.again', { project, chat: drawn.id, turn: 0 })
    await waitUntil(() =>
      context.toldOf('chat.changed').some(({ conversation }) => conversation.turns[0]?.attempt === 1 && isAnswered(conversation)),
    )
    const { conversation } = await call('chat.open', { project, chat: drawn.id })
    expect(conversation.turns[0]?.answers[0]?.text).not.toBe(drawn.text)
    expect(conversation.before?.[0]?.answers[0]?.text).toBe(drawn.text)
    expect((await call('chat.restore', { project, chat: drawn.id })).turns[0]?.answers[0]?.text).toBe(drawn.text)
  })

  it('stops within a token, and keeps what there is', async () => {
    const context = await serviceContext()
    const { call, project } = await trainedSample(context)
    const settings = { max_new_tokens: 4_000, temperature: 2 }
    const { id } = await call('chat.create', { project, setup: setup({ targets: [{ model: SMALL_MODEL }], settings }) })
    await call('chat.ask', { project, chat: id, text: 'x', turn: null })
    await waitUntil(() => context.toldOf('chat.text').length > 0)
    const stopped = await call('chat.stop', { project, chat: id })
    const [answer] = stopped.turns[0]?.answers ?? []
    expect(['aborted', 'end-mark', 'length']).toContain(answer?.reason)
    expect(answer?.text).not.toBe('')
  })

  it('asks an edited question in the place of what followed, which can be brought back', async () => {
    const context = await serviceContext()
    const { call, project } = await trainedSample(context)
    const settings = { max_new_tokens: 3 }
    const { id } = await call('chat.create', { project, setup: setup({ targets: [{ model: SMALL_MODEL }], settings }) })
    for (const [at, text] of ['one', 'two', 'three'].entries()) {
      await call('chat.ask', { project, chat: id, text, turn: null })
      await answered(context, id, at + 1)
    }
    await call('chat.ask', { project, chat: id, text: 'two, edited', turn: 1 })
    const edited = await answered(context, id, 2)
    expect(edited.turns.map(({ text }) => text)).toEqual(['one', 'two, edited'])
    const back = await call('chat.restore', { project, chat: id })
    expect(back.turns.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
  })

  it('says beside an answer why there is none', async () => {
    const context = await serviceContext()
    const { call, project } = await trainedSample(context)
    const { id } = await call('chat.create', { project, setup: setup({ targets: [{ run: 'run-9' }, { model: SMALL_MODEL }] }) })
    await call('chat.ask', { project, chat: id, text: '', turn: null })
    const { turns } = await answered(context, id)
    expect(turns[0]?.answers.map(({ reason, problem }) => [reason, problem?.code])).toEqual([
      ['failed', expect.stringMatching(/^(files|runs|config|tokenizer)\//)],
      ['failed', 'infer/empty-prompt'],
    ])
  })
})

describe('the conversations of a project', () => {
  it('survive a restart; an answer that was being written says that it was cut off', async () => {
    const context = await serviceContext()
    const { backend, call, project } = await trainedSample(context)
    const settings = { max_new_tokens: 3 }
    const { id } = await call('chat.create', { project, setup: setup({ targets: [{ model: SMALL_MODEL }], settings }) })
    await call('chat.ask', { project, chat: id, text: '你好', turn: null })
    await answered(context, id)
    await call('chat.rename', { project, chat: id, name: 'Greetings' })
    await backend.close()

    const path = join(project, 'chats', `${id}.json`)
    const kept = JSON.parse(await readFile(path, 'utf8')) as Conversation
    const [turn] = kept.turns
    if (turn?.answers[0]) turn.answers[0].reason = null
    await writeFile(path, JSON.stringify(kept))
    await writeFile(join(project, 'chats', 'other.json'), '{ not ours')

    const again = await openBackend(context)
    const callAgain = callerOf(again)
    await callAgain('projects.open', { folder: project })
    expect(await callAgain('chat.list', { project })).toMatchObject([{ id, name: 'Greetings', firstQuestion: '你好', turns: 1 }])
    const { conversation } = await callAgain('chat.open', { project, chat: id })
    expect(conversation.turns[0]?.answers[0]).toMatchObject({ reason: 'interrupted', text: turn?.answers[0]?.text })
    await again.close()
  })

  it('can be deleted and brought back', async () => {
    const context = await serviceContext()
    const { call, project } = await trainedSample(context)
    const { id } = await call('chat.create', { project, setup: setup({ targets: [{ model: SMALL_MODEL }] }) })
    expect(await call('chat.delete', { project, chat: id })).toEqual([])
    expect(await readdir(join(project, 'chats'))).toEqual([])
    await expect(call('chat.open', { project, chat: id })).rejects.toMatchObject({ code: 'chat/not-here' })
    expect(await call('chat.bringBack', { project, chat: id })).toMatchObject([{ id }])
    expect(await readdir(join(project, 'chats'))).toEqual([`${id}.json`])
  })

  it('know how the rows of a run ask', async () => {
    const context = await serviceContext()
    const { call, project, run } = await trainedSample(context)
    expect(await call('chat.hints', { project, run })).toMatchObject({
      rows: 2,
      instructs: [{ text: '请你给哪吒写一首诗：', rows: 1 }, { rows: 1 }],
      examples: [{ label: '红绫缠腕，风火踏浪。\n不屈不悔，笑傲苍茫。' }, {}],
    })
    await rm(join(project, 'runs', run), { recursive: true })
    await expect(call('chat.hints', { project, run })).rejects.toMatchObject({ code: 'runs/not-a-run' })
    await expect(call('chat.hints', { project, run: '../../other' })).rejects.toMatchObject({ code: 'runs/not-here' })
  })
})
