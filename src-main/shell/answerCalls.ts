import { CALL_CHANNEL } from '../contract/channel.ts'
import { answerCall } from '../contract/answerCall.ts'
import type { Handlers } from '../contract/contract.ts'
import { isAppUrl } from './appScheme.ts'
import type { Electron } from './electron.ts'

/**
 * Answers the contract's calls, from the top frame of our own page only.
 * @param report is told of errors that are in no book
 */
export function answerCalls(
  { ipcMain, BrowserWindow }: Electron,
  handlers: Partial<Handlers>,
  report: (error: unknown) => void,
): void {
  ipcMain.handle(CALL_CHANNEL, async ({ sender, senderFrame }, name: unknown, argument: unknown) => {
    const isOurs =
      senderFrame !== null &&
      senderFrame === sender.mainFrame &&
      isAppUrl(senderFrame.url) &&
      BrowserWindow.fromWebContents(sender) !== null
    if (!isOurs) throw new Error('a call from a page that is not ours')
    return answerCall(handlers, name, argument, report)
  })
}
