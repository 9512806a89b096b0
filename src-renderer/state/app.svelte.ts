import { createContext } from 'svelte'
import type { AppStart } from '../../src-main/contract/areas/app.ts'
import type { Project, RecentProject } from '../../src-main/contract/areas/projects.ts'
import type { Client } from '../../src-main/contract/client.ts'
import type { Language } from '../../src-main/contract/error.ts'
import type { Settings } from '../../src-main/contract/settings.ts'
import { Actions } from '../actions/actions.svelte.ts'
import { translate, type Translation } from '../i18n/translation.ts'
import { Notices } from './notices.svelte.ts'
import { openedPath } from './openedPath.ts'
import { OpenProject } from './openProject.svelte.ts'
import { isStep, placeOf, type Place } from './place.ts'
import { SampleTour } from './sampleTour.svelte.ts'

/** The project that was open, for when the page is loaded anew. */
const OPEN_PROJECT = 'open-project'

/** Milliseconds until a project is shown whose rows are still being read: a small one is there at once, and nothing flashes. */
const PATIENCE = 100

const systemLanguage = (): Language => (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en')

/** The window's state. One for a page; components get it by `getApp`. */
export class App {
  readonly client: Client
  readonly start: AppStart
  readonly actions = new Actions()
  readonly notices = new Notices()

  settings: Settings = $state.raw() as Settings
  recentProjects: readonly RecentProject[] = $state.raw([])
  project: OpenProject | null = $state.raw(null)
  place: Place = $state('home')
  /** False while a browser's window has lost the program that it belongs to. */
  isConnected = $state(true)
  /** The sample on its way from click to verdict. */
  tour: SampleTour | null = $state.raw(null)

  readonly language: Language = $derived(this.settings.language === 'system' ? systemLanguage() : this.settings.language)
  readonly translation: Translation = $derived(translate(this.language))

  constructor(client: Client, start: AppStart) {
    this.client = client
    this.start = start
    this.settings = start.settings
    this.recentProjects = start.recentProjects
    client.on('app.settingsChanged', (settings) => {
      this.settings = settings
    })
    client.watchConnection((isConnected) => {
      this.isConnected = isConnected
      if (isConnected) void this.attempt(() => this.project?.refresh())
    })
  }

  /** Where new projects go. */
  get projectsFolder(): string {
    return this.settings.projectsFolder ?? this.start.projectsFolder
  }

  go(place: Place): void {
    if (isStep(place) && !this.project) return
    this.place = place
    // Replaced rather than added: a window has no way back that a person would look for.
    history.replaceState(null, '', `#${place}`)
  }

  async changeSettings(change: Partial<Settings>): Promise<void> {
    this.settings = await this.client.call('app.changeSettings', change)
  }

  async createProject(name: string, sample?: 'poems' | 'couplets'): Promise<void> {
    await this.#show(await this.client.call('projects.create', { name, ...(sample ? { sample } : {}) }), 'examples')
  }

  /** The sample's project, its model trained and tested, by one click. */
  async trySample(): Promise<void> {
    await this.createProject(this.translation.text('welcome.sample-name'), 'poems')
    const folder = this.project?.folder
    if (folder === undefined) return
    const { id } = await this.client.call('runs.start', { project: folder })
    this.tour = new SampleTour(this.client, folder, id, {
      onTrained: () => this.go('test'),
      onError: (error) => this.notices.tellError(error),
    })
    this.go('train')
  }

  async openProject(folder: string, place: Place = 'examples'): Promise<void> {
    await this.#show(await this.client.call('projects.open', { folder }), place)
  }

  /** What the system asks to open: a project, or a file of examples for the project that is open, or else for a new one. */
  async openGiven(path: string): Promise<void> {
    const opened = openedPath(path)
    if (opened.kind === 'project') return this.openProject(opened.folder)
    if (!this.project) await this.createProject(opened.name)
    this.go('examples')
    if (this.project) this.project.examples.wantedFile = opened.path
  }

  /** Goes on where the page was before it was loaded anew. */
  async restore(): Promise<void> {
    const place = placeOf(location.hash)
    const folder = sessionStorage.getItem(OPEN_PROJECT)
    if (folder !== null) await this.openProject(folder, place).catch(() => sessionStorage.removeItem(OPEN_PROJECT))
    this.go(isStep(place) && !this.project ? 'home' : place)
  }

  async closeProject(): Promise<void> {
    const project = this.project
    if (!project) return
    this.#leave()
    this.go('home')
    await this.client.call('projects.close', { project: project.folder })
    this.recentProjects = await this.client.call('projects.recent', undefined)
  }

  /** Does what a person asked for; what goes wrong is told in a notice. @returns whether it went well */
  async attempt(work: () => unknown): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.notices.tellError(error)
      return false
    }
  }

  async #show(project: Project, place: Place): Promise<void> {
    this.#leave()
    const opened = new OpenProject(this.client, project)
    const reading = opened.refresh()
    await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, PATIENCE))])
    this.project = opened
    sessionStorage.setItem(OPEN_PROJECT, project.folder)
    this.go(place)
    void reading.catch(async (error: unknown) => {
      this.notices.tellError(error)
      if (this.project === opened) await this.attempt(() => this.closeProject())
    })
    this.recentProjects = await this.client.call('projects.recent', undefined)
  }

  #leave(): void {
    this.tour?.end()
    this.tour = null
    this.project?.close()
    this.project = null
    sessionStorage.removeItem(OPEN_PROJECT)
  }
}

export const [getApp, setApp] = createContext<App>()

/** The project that is open. Called in the views of its steps, which are only there while one is. */
export function getProject(): OpenProject {
  const { project } = getApp()
  if (!project) throw new Error('no project is open')
  return project
}
