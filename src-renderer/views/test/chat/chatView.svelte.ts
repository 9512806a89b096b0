import type { ChatHints, ChatSetup, ChatSummary, ChatTarget, Conversation } from '../../../../src-main/contract/areas/chat.ts'
import type { RunId } from '../../../../src-main/contract/areas/runs.ts'
import type { Client } from '../../../../src-main/contract/client.ts'
import { GREEDY_CHOICE } from '../../../../src-main/contract/generation.ts'
import { Loaded } from '../../../state/loaded.svelte.ts'
import { addPieces } from './addPieces.ts'

const setupFor = (target: ChatTarget): ChatSetup => ({
  targets: [target],
  system: '',
  instruct: '',
  template: null,
  settings: GREEDY_CHOICE,
  load_in_8bit: false,
})

/** The run that a target belongs to; null for a model of its own. */
export const runOf = (target: ChatTarget | undefined): RunId | null =>
  target === undefined || 'model' in target ? null : 'run' in target ? target.run : target.untrained

/** With the project's folder behind it. */
const DRAFT = 'chat-draft '

/** The conversations of the project, and the one that is open. A new one is kept from its first question on. */
export class ChatView {
  readonly #client: Client
  readonly #project: string
  readonly #listening: (() => void)[]
  #seq = 0
  /** What a new conversation begins with. */
  #nextSetup: ChatSetup = $state.raw(setupFor({ model: 'starter' }))
  /** Opens are carried out one after the other, the last one asked for wins. */
  #opening = 0
  list: readonly ChatSummary[] = $state.raw([])
  chat: Conversation | null = $state.raw(null)
  #draft = $state('')
  /** The turn whose question is being edited. */
  editing: number | null = $state(null)
  readonly hints = new Loaded<ChatHints>()

  readonly setup: ChatSetup = $derived(this.chat?.setup ?? this.#nextSetup)
  readonly isAnswering: boolean = $derived(
    this.chat?.turns.some(({ answers }) => answers.some(({ reason }) => reason === null)) ?? false,
  )
  /** The run whose rows show how to ask. */
  readonly run: RunId | null = $derived(this.setup.targets.map(runOf).find((run) => run !== null) ?? null)
  readonly isBeside: boolean = $derived(this.setup.targets.length > 1)

  constructor(client: Client, project: string) {
    this.#client = client
    this.#project = project
    this.#draft = sessionStorage.getItem(DRAFT + project) ?? ''
    const isOpen = (chat: string): boolean => chat === this.chat?.id
    this.#listening = [
      client.on('chat.text', ({ project: of, chat, seq, pieces }) => {
        if (of !== project || !isOpen(chat) || !this.chat) return
        if (seq === this.#seq + 1) this.chat = addPieces(this.chat, pieces)
        else if (seq > this.#seq + 1) void this.open(chat)
        this.#seq = Math.max(seq, this.#seq)
      }),
      client.on('chat.changed', ({ project: of, seq, conversation }) => {
        if (of !== project) return
        if (isOpen(conversation.id) && seq > this.#seq) {
          this.chat = conversation
          this.#seq = seq
        }
        this.#keepInList(conversation)
      }),
      client.watchConnection((isConnected) => {
        if (!isConnected || !this.chat) return
        // Whoever answers now may count anew.
        this.#seq = 0
        void this.open(this.chat.id)
      }),
    ]
  }

  /** What is typed and not sent: it stays while a person looks at another step, or the window is loaded anew. */
  get draft(): string {
    return this.#draft
  }

  set draft(text: string) {
    this.#draft = text
    sessionStorage.setItem(DRAFT + this.#project, text)
  }

  /** Reads the list, and opens the conversation that was used last. Without one, a new one would ask this run. */
  async start(run: RunId | null): Promise<void> {
    if (run !== null) this.#nextSetup = setupFor({ run })
    this.list = await this.#client.call('chat.list', { project: this.#project })
    const [latest] = this.list
    if (latest) await this.open(latest.id)
  }

  async open(id: string): Promise<void> {
    const opening = ++this.#opening
    const { seq, conversation } = await this.#client.call('chat.open', { project: this.#project, chat: id })
    if (opening !== this.#opening) return
    // Events that overtook this answer know more.
    if (this.chat?.id === id && seq < this.#seq) return this.open(id)
    this.chat = conversation
    this.#seq = seq
    this.#nextSetup = conversation.setup
    this.editing = null
  }

  /** An empty one, with the settings of the one that is open. */
  begin(): void {
    this.#opening++
    this.#nextSetup = this.setup
    this.chat = null
    this.editing = null
  }

  /** Reads how the rows of the run ask. Where all ask the same way, so does a new conversation. */
  async readHints(): Promise<void> {
    const { run } = this
    if (run === null) return
    await this.hints.load(() => this.#client.call('chat.hints', { project: this.#project, run }))
    const { instructs = [], rows } = this.hints.value ?? {}
    const [shared] = instructs
    if (!this.chat && this.setup.instruct === '' && shared?.rows === rows)
      this.#nextSetup = { ...this.setup, instruct: shared?.text ?? '' }
  }

  async change(setup: Partial<ChatSetup>): Promise<void> {
    this.#nextSetup = { ...this.setup, ...setup }
    await this.#onOpen((of) => this.#client.call('chat.setUp', { ...of, setup }))
  }

  async ask(text: string, turn: number | null = null): Promise<void> {
    if (text.trim() === '' && this.setup.instruct === '') return
    if (!this.chat) {
      this.chat = await this.#client.call('chat.create', { project: this.#project, setup: this.#nextSetup })
      this.#seq = 0
    }
    this.editing = null
    await this.#onOpen((of) => this.#client.call('chat.ask', { ...of, text, turn }))
  }

  again(turn: number): Promise<void> {
    return this.#onOpen((of) => this.#client.call('chat.again', { ...of, turn }))
  }

  stop(): Promise<void> {
    return this.#onOpen((of) => this.#client.call('chat.stop', of))
  }

  restore(): Promise<void> {
    return this.#onOpen((of) => this.#client.call('chat.restore', of))
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#client.call('chat.rename', { project: this.#project, chat: id, name })
  }

  async delete(id: string): Promise<void> {
    this.list = await this.#client.call('chat.delete', { project: this.#project, chat: id })
    if (this.chat?.id !== id) return
    const [latest] = this.list
    if (latest) await this.open(latest.id)
    else this.begin()
  }

  async bringBack(id: string): Promise<void> {
    this.list = await this.#client.call('chat.bringBack', { project: this.#project, chat: id })
    await this.open(id)
  }

  close(): void {
    for (const end of this.#listening) end()
  }

  /** What calls about the open conversation answer was told by an event as well, with its number. */
  async #onOpen(call: (of: { project: string; chat: string }) => Promise<unknown>): Promise<void> {
    if (this.chat) await call({ project: this.#project, chat: this.chat.id })
  }

  #keepInList({ id, name, updatedAt, turns }: Conversation): void {
    const summary: ChatSummary = { id, name, updatedAt, firstQuestion: turns[0]?.text ?? '', turns: turns.length }
    this.list = [summary, ...this.list.filter((other) => other.id !== id)].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
  }
}
