import { fileURLToPath } from 'node:url'

const fromHere = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Fetched packages, token files, checkpoints: all of it can be made again. */
export const CACHE_FOLDER = fromHere('../../.cache/starter')
export const STARTER_MODEL_FOLDER = fromHere('../../resources/starter-model')
export const SAMPLES_FOLDER = fromHere('../../resources/samples')
