import { TuneDeskError } from '../../src-main/contract/error.ts'
import type { MessageKey, Parameters } from '../i18n/translation.ts'

/** Something to tell a person beside what they do. */
export interface Notice {
  id: number
  content: { key: MessageKey; parameters?: Parameters } | TuneDeskError
  /** What can be done about it: undo what just happened, show the file that was written. */
  action?: { label: MessageKey; run: () => unknown }
}

/** How long a notice stays that needs no answer; one that tells of an error stays until it is put away. */
const SECONDS_SHOWN = 8

/** What a promise was rejected with, as an error of the book. */
export function asTuneDeskError(error: unknown): TuneDeskError {
  if (error instanceof TuneDeskError) return error
  return new TuneDeskError('internal/unexpected', { reason: error instanceof Error ? error.message : String(error) })
}

export class Notices {
  #next = 0
  list: readonly Notice[] = $state.raw([])

  /** @returns the notice's id, for putting it away before its time */
  tell(key: MessageKey, parameters?: Parameters, action?: Notice['action']): number {
    const id = this.#add({ content: parameters ? { key, parameters } : { key }, ...(action ? { action } : {}) })
    setTimeout(() => this.dismiss(id), SECONDS_SHOWN * 1000)
    return id
  }

  tellError(error: unknown): void {
    this.#add({ content: asTuneDeskError(error) })
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id)
  }

  #add(notice: Omit<Notice, 'id'>): number {
    const id = this.#next++
    this.list = [...this.list, { ...notice, id }]
    return id
  }
}
