import { createClient, type Client, type Transport } from '../../src-main/contract/client.ts'

declare global {
  interface Window {
    /** The preload's door (src-main/preload). */
    tunedesk: Transport
  }
}

export const call: Client = createClient((name, argument) => window.tunedesk(name, argument))
