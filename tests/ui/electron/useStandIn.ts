// Loaded before the built app (node --import): its `electron` is the stand-in.
import { register } from 'node:module'

const standIn = new URL('./electronStandIn.ts', import.meta.url).href
const hooks = `
  export const resolve = (name, context, next) => next(name === 'electron' ? ${JSON.stringify(standIn)} : name, context)
`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
