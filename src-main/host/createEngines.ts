import type { SpawnEngine } from './childProcess.ts'
import { createEngine, type EngineOptions } from './createEngine.ts'
import type { Engine, Engines } from './engine.ts'

/** A run that follows another finds the process of the one before; nothing in it is worth keeping longer. */
const TRAINING_IDLE_SECONDS = 30
/** Models and tokenizers that are open in the process answer at once: it stays for as long as somebody thinks about the next question. */
const ANSWERS_IDLE_SECONDS = 300
const TOKENS_IDLE_SECONDS = 600

/** The lanes, each a process that starts with its first job and ends when it has had nothing to do for a while. */
export function createEngines(spawn: SpawnEngine, options: Omit<EngineOptions, 'spawn' | 'idleAfterSeconds'> = {}): Engines {
  const lane = (idleAfterSeconds: number): Engine => createEngine({ ...options, spawn, idleAfterSeconds })
  return {
    training: lane(TRAINING_IDLE_SECONDS),
    answers: lane(ANSWERS_IDLE_SECONDS),
    tokens: lane(TOKENS_IDLE_SECONDS),
  }
}
