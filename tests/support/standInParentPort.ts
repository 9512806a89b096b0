// Loaded before the engine's entry: puts Electron's end of a channel, `process.parentPort`, in the place of Node's.
const send = process.send?.bind(process) as ((message: unknown) => boolean) | undefined
Object.assign(process, {
  parentPort: {
    postMessage: (message: unknown) => send?.(message),
    on: (_: 'message', listener: (event: { data: unknown }) => void) =>
      process.on('message', (data: unknown) => listener({ data })),
  },
  send: undefined,
})
