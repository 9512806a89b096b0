/** A request, or what became of it. Both ends of a link send both. */
type LinkMessage =
  | { kind: 'ask'; id: number; name: string; parameters: unknown[] }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'failure'; id: number; message: string }

const ENDED = 'the other process has ended'

/** The functions that one end carries out for the other. */
export type Served = Record<string, (...parameters: never[]) => unknown>

/** The other end's functions, each answered over the link. */
export type Remote<Functions extends Served> = {
  [Name in keyof Functions]: (...parameters: Parameters<Functions[Name]>) => Promise<Awaited<ReturnType<Functions[Name]>>>
}

export interface LinkChannel {
  send(message: LinkMessage): void
  onMessage(listener: (message: LinkMessage) => void): void
  /** The other end is gone: what it was asked for will not come. */
  onEnd(listener: () => void): void
}

/** Two processes that call each other's functions. Messages keep their order; values are copied by structured clone. */
export function openLink<Theirs extends Served>(channel: LinkChannel, ours: Served): Remote<Theirs> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let asked = 0
  let hasEnded = false
  channel.onMessage((message) => {
    if (message.kind === 'ask') void answer(message.id, message.name, message.parameters)
    else {
      const { resolve, reject } = waiting.get(message.id) ?? {}
      waiting.delete(message.id)
      if (message.kind === 'answer') resolve?.(message.value)
      else reject?.(new Error(message.message))
    }
  })
  channel.onEnd(() => {
    hasEnded = true
    for (const { reject } of waiting.values()) reject(new Error(ENDED))
    waiting.clear()
  })
  async function answer(id: number, name: string, parameters: unknown[]): Promise<void> {
    try {
      const value = await (ours[name] as ((...parameters: unknown[]) => unknown) | undefined)?.(...parameters)
      channel.send({ kind: 'answer', id, value })
    } catch (error) {
      channel.send({ kind: 'failure', id, message: error instanceof Error ? error.message : String(error) })
    }
  }
  return new Proxy({} as Remote<Theirs>, {
    get:
      (_, name) =>
      (...parameters: unknown[]) =>
        new Promise((resolve, reject) => {
          const id = asked++
          if (hasEnded) reject(new Error(ENDED))
          else {
            waiting.set(id, { resolve, reject })
            channel.send({ kind: 'ask', id, name: String(name), parameters })
          }
        }),
  })
}
