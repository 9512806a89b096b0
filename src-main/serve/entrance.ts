import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** 256 bits: nobody guesses it. */
const secret = (): string => randomBytes(32).toString('base64url')

/** Takes the same time whatever is given, and whatever its length. */
const isSame = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected))
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * Who may come in: whoever has the address that was printed, once, and from then on the browser that it was opened in.
 * Every browser on this computer, with every page in it, can reach the port, and so can other people's programs here.
 */
export interface Entrance {
  /** A token that opens the door once. The one before is no longer good. */
  newToken(): string
  /** @returns the header that lets the browser in from now on; null where the token is not the newest one, or was used */
  redeem(token: string): string | null
  /** Whether the request bears the cookie of this server. */
  isInvited(request: IncomingMessage): boolean
}

/** @param port a computer's cookies are shared by all its ports, so that the cookie's name tells several servers apart */
export function openEntrance(port: number): Entrance {
  const cookie = `tunedesk-${port}`
  const invitation = secret()
  let token: string | null = null
  return {
    newToken: () => (token = secret()),
    redeem(given) {
      if (token === null || !isSame(given, token)) return null
      token = null
      return `${cookie}=${invitation}; HttpOnly; SameSite=Strict; Path=/`
    },
    isInvited: ({ headers }) =>
      (headers.cookie ?? '').split(';').some((pair) => {
        const [name = '', value = ''] = pair.trim().split('=')
        return name === cookie && isSame(value, invitation)
      }),
  }
}

/** The names under which a browser on this computer reaches the server. Any other is a page that had its own name point here (DNS rebinding). */
export const isOurHost = (host: string | undefined, port: number): host is string =>
  host === `127.0.0.1:${port}` || host === `localhost:${port}`

/** Whether our own page asks. Browsers name the asking page at every web socket and every POST. */
export const isOurOrigin = ({ headers: { origin, host } }: IncomingMessage, port: number): boolean =>
  isOurHost(host, port) && origin === `http://${host}`
