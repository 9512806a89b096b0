#!/usr/bin/env node
import { createEngines } from '../host/createEngines.ts'
import { forkEngine } from '../host/forkEngine.ts'
import { run } from './run.ts'

/** Whoever read our output (`head`, a closed pager) has gone: there is nobody left to write to. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

process.stdout.on('error', endQuietly)
process.stderr.on('error', endQuietly)

const { env, stdin, stdout, stderr } = process
const log = (text: string): void => {
  if (env['TUNEDESK_DEBUG']) stderr.write(`${text}\n`)
}
const engines = createEngines(forkEngine(), { log })
process.exitCode = await run({ argv: process.argv.slice(2), env, stdin, stdout, stderr, engines })
