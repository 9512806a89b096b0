import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { TuneDeskError } from '../contract/error.ts'
import { MAX_UPLOAD } from '../contract/socketMessage.ts'
import { MAX_FILE_NAME } from './limits.ts'

/**
 * Takes a file from the browser, which tells nobody where the file lies, into a folder of its own below `folder`. Its name is kept, as far as
 * it is a name: what kind of file it is, and what an import is called, go by it.
 *
 * @returns the path
 * @throws TuneDeskError serve/upload-too-large, files/disk-full, serve/upload-failed
 */
export async function receiveUpload(request: IncomingMessage, name: string, folder: string): Promise<string> {
  if (Number(request.headers['content-length']) > MAX_UPLOAD) throw tooLarge(name)
  const own = await mkdtemp(join(folder, 'upload-'))
  const path = join(own, safeFileName(name))
  try {
    // Ending early must leave the connection, which carries the answer.
    const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
    await pipeline(stopAt(MAX_UPLOAD, chunks, name), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    return path
  } catch (error) {
    await rm(own, { recursive: true, force: true })
    if (error instanceof TuneDeskError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new TuneDeskError('files/disk-full', { path }, { cause: error })
    throw new TuneDeskError('serve/upload-failed', { file: name, reason: code ?? message }, { cause: error })
  }
}

const tooLarge = (file: string): TuneDeskError =>
  new TuneDeskError('serve/upload-too-large', { file, gigabytes: MAX_UPLOAD / 1e9 })

/** The length that a request claims may be a lie, or missing. */
async function* stopAt(limit: number, chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let total = 0
  for await (const chunk of chunks) {
    total += chunk.length
    if (total > limit) throw tooLarge(name)
    yield chunk
  }
}

/** A name that every file system takes, and that leads nowhere else. Cut at its beginning: its ending says what kind of file it is. */
function safeFileName(name: string): string {
  const plain = name.replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ').trim()
  // Cutting bytes may leave the rest of a character, which decodes to U+FFFD.
  const short = Buffer.from(plain)
    .subarray(-MAX_FILE_NAME)
    .toString('utf8')
    .replace(/^\uFFFD+/u, '')
  // Windows drops dots at the end, and `..` is the folder above.
  return short.replace(/^\.+|[. ]+$/gu, '').trim() || 'file'
}
