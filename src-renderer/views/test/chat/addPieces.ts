import type { Conversation } from '../../../../src-main/contract/areas/chat.ts'

/** A conversation with what was written since. Only what changed is a new object. */
export function addPieces(
  conversation: Conversation,
  pieces: readonly { turn: number; answer: number; piece: string }[],
): Conversation {
  const turns = [...conversation.turns]
  for (const { turn: at, answer: index, piece } of pieces) {
    const turn = turns[at]
    if (!turn) continue
    const answers = turn.answers.map((answer, i) => (i === index ? { ...answer, text: answer.text + piece } : answer))
    turns[at] = { ...turn, answers }
  }
  return { ...conversation, turns }
}
