import { CALL_CHANNEL } from '../contract/channel.ts'
import { answerCall } from '../contract/answerCall.ts'
import { createHandlers } from '../services/handlers.ts'
import { isAppUrl } from './appScheme.ts'
import type { Setup } from './electron.ts'

/** Answers the contract's calls, from the top frame of our own page only. */
export const answerCalls: Setup = ({ ipcMain, BrowserWindow }, { resources }) => {
  const handlers = createHandlers(resources)
  ipcMain.handle(CALL_CHANNEL, async ({ sender, senderFrame }, name: unknown, argument: unknown) => {
    const isOurs =
      senderFrame !== null &&
      senderFrame === sender.mainFrame &&
      isAppUrl(senderFrame.url) &&
      BrowserWindow.fromWebContents(sender) !== null
    if (!isOurs) throw new Error('a call from a page that is not ours')
    return answerCall(handlers, name, argument, (error) => console.error(error))
  })
}
