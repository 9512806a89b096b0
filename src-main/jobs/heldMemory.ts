import { readFileSync } from 'node:fs'

/** A process that maps no model has less of its memory from files. */
const MOST_WITHOUT_A_MODEL = 256e6
/** How long the figure of mapped pages holds, as a multiple of what it took to find it: a tenth of a second for some gigabytes. */
const HELD_FOR = 100

let known = { bytes: 0, until: 0 }

/**
 * Bytes of memory that this process holds. The system's own figure (RSS) counts a page of a file once for every mapping of it, and each program over a
 * frozen base maps its weights anew. Where the system says how often a page is mapped (Linux), weights count once here.
 */
export const heldMemory = (): number => process.memoryUsage.rss() - mappedAgain()

/** The most that this process has held at a time, by the system's own mark and as pages are mapped now. */
export const mostHeldMemory = (): number => process.resourceUsage().maxRSS * 1024 - mappedAgain()

function mappedAgain(): number {
  if (process.platform !== 'linux' || bytesFromFiles() < MOST_WITHOUT_A_MODEL) return 0
  const started = performance.now()
  if (started < known.until) return known.bytes
  const bytes = countedAgain(ofThisProcess('smaps'))
  const ended = performance.now()
  known = { bytes, until: ended + HELD_FOR * (ended - started) }
  return bytes
}

const bytesFromFiles = (): number => 1024 * Number(/^RssFile:\s+(\d+) kB$/m.exec(ofThisProcess('status'))?.[1] ?? 0)

/** What the system says of this process; a hardened one keeps it to itself. */
function ofThisProcess(file: 'smaps' | 'status'): string {
  try {
    return readFileSync(`/proc/self/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Of the mappings of model weights, the bytes that are counted more than once: a mapping's Pss divides each page by how often it is mapped.
 * @param smaps as proc(5) describes /proc/PID/smaps
 */
export function countedAgain(smaps: string): number {
  let total = 0
  let isOfWeights = false
  for (const line of smaps.split('\n')) {
    if (/^[\da-f]+-[\da-f]+ /.test(line)) isOfWeights = line.endsWith('.safetensors')
    else if (isOfWeights) {
      const [, name, kilobytes] = /^(Rss|Pss): +(\d+) kB$/.exec(line) ?? []
      if (name !== undefined) total += (name === 'Rss' ? 1 : -1) * Number(kilobytes) * 1024
    }
  }
  return total
}
