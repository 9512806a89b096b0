/** How much the browser may send. Sizes are in bytes. */

/** A call's argument as text: a pasted block or the rows of an import; a single line of a dataset may have 64 MB. */
export const MAX_MESSAGE = 100_000_000

/** Calls of one window that go on at the same time. Beyond, its next ones wait in its own buffers. */
export const MAX_CALLS_AT_ONCE = 64

/** Written but not yet read by the window. Beyond the first, none of its calls is read; beyond the second, its connection ends. */
export const MUCH_UNREAD = 8_000_000
export const TOO_MUCH_UNREAD = 256_000_000

/** A connection that does not answer within this many milliseconds is gone. */
export const HEARTBEAT = 30_000

/** A file's name, as most file systems count it. */
export const MAX_FILE_NAME = 200
