import './zodWithoutEval.ts'
import { mount } from 'svelte'
import { createClient } from '../src-main/contract/client.ts'
import { openDoor } from './api/door.ts'
import FailedStart from './frame/FailedStart.svelte'
import AppWindow from './App.svelte'
import { App } from './state/app.svelte.ts'
import { asTuneDeskError } from './state/notices.svelte.ts'
import './ui/tokens.css'
import './ui/page.css'
import './ui/controls.css'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no element for the app')

try {
  const client = createClient(await openDoor())
  const app = new App(client, await client.call('app.start', undefined))
  await app.restore()
  mount(AppWindow, { target, props: { state: app } })
} catch (error) {
  mount(FailedStart, { target, props: { error: asTuneDeskError(error) } })
}
