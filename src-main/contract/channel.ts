/** The one channel of the contract between the window and the main process. */
export const CALL_CHANNEL = 'tunedesk:call'
