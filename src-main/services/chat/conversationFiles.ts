import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { conversationSchema, type Conversation } from '../../contract/areas/chat.ts'
import { writeFileAtomically } from '../../files/atomicFile.ts'
import { MAX_SIDE_FILE } from '../../files/limits.ts'
import { readJsonCapped } from '../../files/readFile.ts'

const ENDING = '.json'
const folderOf = (project: string): string => join(project, 'chats')
const pathOf = (project: string, id: string): string => join(folderOf(project), id + ENDING)

/**
 * The conversations of a project. A file that is none of ours stays where it is and is left out. An answer that was being written when the
 * app ended is as long as it was saved, and says so.
 */
export async function readConversations(project: string): Promise<Conversation[]> {
  const names = (await readdir(folderOf(project)).catch(() => [])).filter(
    (name) => name.endsWith(ENDING) && !name.startsWith('.'),
  )
  const found = await Promise.all(
    names.map(async (name) => {
      const json = await readJsonCapped(join(folderOf(project), name), MAX_SIDE_FILE).catch(() => null)
      const conversation = conversationSchema.safeParse(json).data
      return conversation?.id === name.slice(0, -ENDING.length) ? [endedInMidst(conversation)] : []
    }),
  )
  return found.flat()
}

/** @throws TuneDeskError files/disk-full, files/cannot-write */
export const writeConversation = (project: string, conversation: Conversation): Promise<void> =>
  writeFileAtomically(pathOf(project, conversation.id), `${JSON.stringify(conversation, null, 2)}\n`)

export const removeConversation = (project: string, id: string): Promise<void> => rm(pathOf(project, id), { force: true })

const endedInMidst = (conversation: Conversation): Conversation => ({
  ...conversation,
  turns: conversation.turns.map((turn) => ({
    ...turn,
    answers: turn.answers.map((answer) => ({ ...answer, reason: answer.reason ?? 'interrupted' })),
  })),
})
