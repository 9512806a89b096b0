import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { madeOnce, type Peers } from './preparePeers.ts'

const CONVERTER = fileURLToPath(new URL('gguf_to_hugging_face.py', import.meta.url))

/** The folder of SmolLM2-135M-Instruct, in float32; made where it is not there yet. @throws Error with what the converter said */
export const smollm2 = ({ folder, python }: Peers): Promise<string> =>
  madeOnce(join(folder, 'smollm2-135m'), (made) => {
    const { status, error, stderr } = spawnSync(python, [CONVERTER, made], { encoding: 'utf8' })
    if (status === 0) return Promise.resolve()
    return Promise.reject(new Error(`SmolLM2-135M could not be made: ${error?.message ?? stderr}`))
  })
