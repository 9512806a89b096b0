import { randomUUID } from 'node:crypto'
import type { ChatSummary, ChatTarget, ChatTurn, Conversation } from '../contract/areas/chat.ts'
import { bookEntry } from '../contract/bookEntry.ts'
import { TuneDeskError } from '../contract/error.ts'
import { readRunBeginning, readRunDescription } from '../engine/7-record/runDescription.ts'
import { modelFolderOf } from '../jobs/model.ts'
import type { ServiceContext } from './backend.ts'
import { baseModelFolder } from './baseModelFolder.ts'
import { readConversations, removeConversation } from './chat/conversationFiles.ts'
import { hintsOf } from './chat/hintsOf.ts'
import { LiveConversation } from './chat/liveConversation.ts'
import { messagesOf } from './chat/messagesOf.ts'
import { systemClock } from './clock.ts'
import type { HandlersOf } from './handlersOf.ts'
import type { OpenProjects } from './projects.ts'
import { runFolderOf } from './runFolder.ts'

/** A try more moves the seed so far that no turn of the same conversation has it. */
const SEEDS_OF_A_TRY = 1_000

interface ChatService {
  handlers: HandlersOf<'chat'>
  /** Ends the answers of a run's model and lets go of its files, before they are deleted. */
  release(folder: string): Promise<void>
}

/** Conversations with the models of open projects. They are kept in the project's folder, and their answers go on without a window. */
export function createChat(context: ServiceContext, projects: OpenProjects, clock = systemClock): ChatService {
  const { engines, emit, resources } = context
  const opened = new Map<string, Promise<Map<string, LiveConversation>>>()
  /** Until the project is closed, by project and id. */
  const deleted = new Map<string, Conversation>()
  let hasAsked = false

  const live = (conversation: Conversation, project: string): LiveConversation =>
    new LiveConversation(conversation, project, emit, clock)
  const conversationsOf = (project: string): Promise<Map<string, LiveConversation>> => {
    projects.require(project)
    let reading = opened.get(project)
    if (!reading) {
      reading = readConversations(project).then((list) => new Map(list.map((each) => [each.id, live(each, project)])))
      opened.set(project, reading)
    }
    return reading
  }
  const find = async (project: string, id: string): Promise<LiveConversation> => {
    const found = (await conversationsOf(project)).get(id)
    if (!found) throw new TuneDeskError('chat/not-here')
    return found
  }
  const list = async (project: string): Promise<ChatSummary[]> =>
    [...(await conversationsOf(project)).values()]
      .map(({ conversation }) => summaryOf(conversation))
      .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
  const release = async (under: string): Promise<void> => {
    if (hasAsked) await engines.answers.run('releaseModels', { under })
  }

  projects.onClose(async (project) => {
    const reading = opened.get(project)
    if (!reading) return
    for (const each of (await reading).values()) await stop(each)
    opened.delete(project)
    for (const key of deleted.keys()) if (key.startsWith(`${project}\n`)) deleted.delete(key)
    await release(project)
  })

  /** Where a target's model lies, and how questions to it become text. */
  async function locate(project: string, target: ChatTarget): Promise<{ folder: string; template?: 'plain' | 'chat' }> {
    if ('model' in target) return { folder: await modelFolderOf(target.model, resources) }
    if ('run' in target) return { folder: runFolderOf(project, target.run) }
    const { settings, baseModel } = await readRunBeginning(runFolderOf(project, target.untrained))
    return { folder: await baseModelFolder(baseModel, resources), template: settings.template }
  }

  /** Answers the last turn, all targets at once. */
  function answer(project: string, chat: LiveConversation): void {
    const stopping = new AbortController()
    const { setup, turns } = chat.conversation
    const at = turns.length - 1
    const attempt = turns[at]?.attempt ?? 0
    const settings = { ...setup.settings, seed: setup.settings.seed + SEEDS_OF_A_TRY * attempt }
    const answerAs = async (target: ChatTarget, index: number): Promise<void> => {
      try {
        const { folder, template = null } = await locate(project, target)
        const chosen = setup.template ?? template
        const messages = messagesOf(turns, target)
        const { text, reason, tokens, tokensPerSecond } = await engines.answers.run(
          'answer',
          {
            folder,
            messages,
            settings,
            load_in_8bit: setup.load_in_8bit,
            ...(chosen === null ? {} : { template: chosen }),
            ...(setup.system === '' ? {} : { system: setup.system }),
          },
          { onEvent: ({ piece }) => chat.hear(at, index, piece), signal: stopping.signal },
        )
        await chat.endAnswer(at, index, { text, reason, tokens, tokensPerSecond })
      } catch (error) {
        await chat.endAnswer(
          at,
          index,
          stopping.signal.aborted ? { reason: 'aborted' } : { reason: 'failed', problem: bookEntry(error) },
        )
      }
    }
    hasAsked = true
    // Where even the file of the conversation cannot be written, the answer stays on the screen, and the next change says so.
    const done = Promise.allSettled(setup.targets.map(answerAs)).then(() => {
      chat.answering = null
    })
    chat.answering = { stop: stopping, done }
  }

  async function stop(chat: LiveConversation): Promise<void> {
    chat.answering?.stop.abort('stop')
    await chat.answering?.done
  }

  /** Puts a question at a place, and takes away what stood there and behind it. */
  async function askAt(
    project: string,
    chat: LiveConversation,
    at: number,
    asked: Omit<ChatTurn, 'answers'>,
  ): Promise<Conversation> {
    await stop(chat)
    const { turns, setup } = chat.conversation
    const answers = setup.targets.map((target) => ({
      target,
      text: '',
      reason: null,
      tokens: 0,
      tokensPerSecond: 0,
      problem: null,
    }))
    await chat.change({
      turns: [...turns.slice(0, at), { ...asked, answers }],
      before: at < turns.length ? turns : null,
    })
    answer(project, chat)
    return chat.conversation
  }

  return {
    release,
    handlers: {
      'chat.list': ({ project }) => list(project),
      'chat.open': async ({ project, chat }) => (await find(project, chat)).snapshot(),
      async 'chat.create'({ project, setup }) {
        const conversations = await conversationsOf(project)
        const now = new Date().toISOString()
        const id = randomUUID()
        const made = live({ version: 1, id, name: '', createdAt: now, updatedAt: now, setup, turns: [], before: null }, project)
        await made.save()
        conversations.set(id, made)
        return made.conversation
      },
      'chat.rename': async ({ project, chat, name }) => (await find(project, chat)).change({ name }),
      async 'chat.delete'({ project, chat }) {
        const found = await find(project, chat)
        await stop(found)
        await removeConversation(project, chat)
        ;(await conversationsOf(project)).delete(chat)
        deleted.set(`${project}\n${chat}`, found.conversation)
        return list(project)
      },
      async 'chat.bringBack'({ project, chat }) {
        const conversations = await conversationsOf(project)
        const key = `${project}\n${chat}`
        const found = deleted.get(key)
        if (!found) throw new TuneDeskError('chat/not-here')
        const back = live(found, project)
        await back.save()
        conversations.set(chat, back)
        deleted.delete(key)
        return list(project)
      },
      async 'chat.setUp'({ project, chat, setup }) {
        const found = await find(project, chat)
        return found.change({ setup: { ...found.conversation.setup, ...setup } })
      },
      async 'chat.ask'({ project, chat, text, turn }) {
        const found = await find(project, chat)
        const { turns, setup } = found.conversation
        const at = Math.min(turn ?? turns.length, turns.length)
        return askAt(project, found, at, { instruct: turns[at]?.instruct ?? setup.instruct, text, attempt: 0 })
      },
      async 'chat.again'({ project, chat, turn }) {
        const found = await find(project, chat)
        const asked = found.conversation.turns[turn]
        if (!asked) return found.conversation
        const { instruct, text, attempt } = asked
        return askAt(project, found, turn, { instruct, text, attempt: attempt + 1 })
      },
      async 'chat.stop'({ project, chat }) {
        const found = await find(project, chat)
        await stop(found)
        return found.conversation
      },
      async 'chat.restore'({ project, chat }) {
        const found = await find(project, chat)
        await stop(found)
        const { before, turns } = found.conversation
        return before === null ? found.conversation : found.change({ turns: before, before: turns })
      },
      async 'chat.hints'({ project, run }) {
        projects.require(project)
        return hintsOf((await readRunDescription(runFolderOf(project, run))).rows)
      },
    },
  }
}

const summaryOf = ({ id, name, updatedAt, turns }: Conversation): ChatSummary => ({
  id,
  name,
  updatedAt,
  firstQuestion: turns[0]?.text ?? '',
  turns: turns.length,
})
