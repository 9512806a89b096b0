import { mount } from 'svelte'
import App from './App.svelte'
import { call } from './api/call.ts'
import './ui/tokens.css'
import './ui/page.css'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no element for the app')
mount(App, { target, props: { call } })
