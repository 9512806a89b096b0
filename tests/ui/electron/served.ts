import type { Served } from './link.ts'

/** A menu as it would be drawn. */
export interface DrawnMenuItem {
  label: string
  role: string | null
  accelerator: string | null
  enabled: boolean
  submenu: DrawnMenuItem[]
}

export interface DrawnWindow {
  title: string
  /** As Electron takes it: above 1 it goes on for nobody knows how long. */
  progress: number
  isShown: boolean
}

/** What the app has asked of the system, as a person would see it. */
export interface SystemState {
  windows: DrawnWindow[]
  theme: 'system' | 'light' | 'dark'
  sleepIsHeld: boolean
  /** Texts of boxes that came up. */
  boxes: string[]
  shownInFolder: string[]
  recentDocuments: string[]
}

/** What the app's process does for the test: the part of Chromium, of the system and of the person. */
export interface AppSide extends Served {
  /** A request of the page. */
  request(url: string, method: string): Promise<{ status: number; headers: Record<string, string>; body: Uint8Array }>
  invoke(frame: { url: string; isMain: boolean }, channel: string, parameters: unknown[]): Promise<unknown>
  pageStarted(): void
  pageEnded(reason: string): void
  /** The next dialogs of the system are answered with these paths, one list each. None: cancelled. */
  answerDialog(paths: string[]): void
  menu(): DrawnMenuItem[]
  /** @throws where there is none under these labels that can be chosen */
  chooseFromMenu(labels: string[]): void
  system(): SystemState
  quit(): void
  closeWindow(): void
  startAgain(parameters: string[], folder: string): void
  openFile(path: string): void
}

/** What the test does for the app's process: show its page. */
export interface PageSide extends Served {
  load(url: string): Promise<void>
  send(channel: string, parameters: unknown[]): void
  close(): Promise<void>
}
