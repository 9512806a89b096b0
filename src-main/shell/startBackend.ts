import type { Emit } from '../contract/contract.ts'
import { createEngines } from '../host/createEngines.ts'
import { openBackend } from '../services/backend.ts'
import { answerCalls } from './answerCalls.ts'
import type { Setup } from './electron.ts'
import { electronPlatform } from './electronPlatform.ts'
import { emitToWindows } from './emitToWindows.ts'
import { rememberProjects } from './rememberProjects.ts'
import { saveBeforeQuit } from './saveBeforeQuit.ts'
import { forkUtilityEngine } from './utilityEngine.ts'

/** Opens everything behind the contract, lets the windows call it, and has the app end only when it is closed. */
export const startBackend: Setup = async (electron, { engine, resources, dataFolder, projectsFolder }, state) => {
  const { app, utilityProcess } = electron
  const tellWindows = emitToWindows(electron)
  const platform = electronPlatform(electron, state)
  const emit: Emit = (name, value) => {
    if (name === 'app.settingsChanged') platform.follow(backend.settings)
    tellWindows(name, value)
  }
  const backend = await openBackend({
    version: app.getVersion(),
    resources,
    dataFolder,
    projectsFolder,
    platform,
    engines: createEngines(forkUtilityEngine(utilityProcess, engine), { log: (text) => backend.report(`engine: ${text}`) }),
    emit,
  })
  platform.follow(backend.settings)
  saveBeforeQuit(electron, backend, state)
  answerCalls(electron, rememberProjects(electron, backend.handlers), (error) => {
    console.error(error)
    backend.report(error)
  })
}
