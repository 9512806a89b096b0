/** The channels between the window and the main process: calls there, events back. */
export const CALL_CHANNEL = 'tunedesk:call'
export const EVENT_CHANNEL = 'tunedesk:event'
