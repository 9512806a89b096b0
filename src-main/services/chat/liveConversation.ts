import type { ChatAnswer, ChatTurn, Conversation } from '../../contract/areas/chat.ts'
import type { Emit } from '../../contract/contract.ts'
import type { Clock } from '../clock.ts'
import { writeConversation } from './conversationFiles.ts'

/** Text crosses to the window at most twenty times a second. */
const TEXT_INTERVAL_MS = 50

interface Piece {
  turn: number
  answer: number
  piece: string
}

/** A conversation of an open project: what it is now, what of it is on the disk, and what the window has been told. */
export class LiveConversation {
  conversation: Conversation
  /** While answers are being written. */
  answering: { stop: AbortController; done: Promise<void> } | null = null
  #seq = 0
  #pieces: Piece[] = []
  #tellLater: (() => void) | null = null
  #writing: Promise<void> = Promise.resolve()
  readonly #project: string
  readonly #emit: Emit
  readonly #clock: Clock

  constructor(conversation: Conversation, project: string, emit: Emit, clock: Clock) {
    this.conversation = conversation
    this.#project = project
    this.#emit = emit
    this.#clock = clock
  }

  /** What a window reads first; what it is told afterwards has higher numbers. */
  snapshot(): { seq: number; conversation: Conversation } {
    this.#tellPieces()
    return { seq: this.#seq, conversation: this.conversation }
  }

  /** Changes it, tells of it and saves it. @throws TuneDeskError files/disk-full, files/cannot-write */
  async change(changes: Partial<Conversation>): Promise<Conversation> {
    this.#tellPieces()
    this.conversation = { ...this.conversation, ...changes, updatedAt: new Date().toISOString() }
    this.#seq++
    this.#emit('chat.changed', { project: this.#project, seq: this.#seq, conversation: this.conversation })
    await this.save()
    return this.conversation
  }

  /** One writing after the other; each writes what there is when its turn comes. */
  save(): Promise<void> {
    const written = this.#writing.then(() => writeConversation(this.#project, this.conversation))
    this.#writing = written.catch(() => undefined)
    return written
  }

  /** Adds to an answer that is being written. */
  hear(turn: number, answer: number, piece: string): void {
    this.#replace(turn, answer, (before) => ({ ...before, text: before.text + piece }))
    const last = this.#pieces.at(-1)
    if (last?.turn === turn && last.answer === answer) last.piece += piece
    else this.#pieces.push({ turn, answer, piece })
    this.#tellLater ??= this.#clock.after(TEXT_INTERVAL_MS, () => this.#tellPieces())
  }

  async endAnswer(turn: number, answer: number, end: Partial<ChatAnswer>): Promise<void> {
    this.#replace(turn, answer, (before) => ({ ...before, ...end }))
    await this.change({})
  }

  #tellPieces(): void {
    this.#tellLater?.()
    this.#tellLater = null
    if (this.#pieces.length === 0) return
    const pieces = this.#pieces
    this.#pieces = []
    this.#seq++
    this.#emit('chat.text', { project: this.#project, chat: this.conversation.id, seq: this.#seq, pieces })
  }

  #replace(turn: number, answer: number, change: (before: ChatAnswer) => ChatAnswer): void {
    const changed = (before: ChatTurn): ChatTurn => ({
      ...before,
      answers: before.answers.map((each, at) => (at === answer ? change(each) : each)),
    })
    const turns = this.conversation.turns.map((each, at) => (at === turn ? changed(each) : each))
    this.conversation = { ...this.conversation, turns }
  }
}
