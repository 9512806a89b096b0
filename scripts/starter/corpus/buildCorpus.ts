import path from 'node:path'
import { fractionOf } from '../random.ts'
import type { Poem } from './cleanPoem.ts'
import { fetchPackage } from './fetchPackage.ts'
import { CHINESE_POETRY, MOBY_DICK, STATE_OF_THE_UNION } from './packages.ts'
import { readPoems } from './poems.ts'
import { readProse } from './prose.ts'

/** The part of all poems and passages that the starter model never sees. */
export const HELD_OUT_SHARE = 0.025
const FIRST_ADDRESS = 1990

export interface CorpusPart {
  poems: Poem[]
  prose: string[]
}

export interface Corpus {
  train: CorpusPart
  /** No poem of it shares a line with a poem of `train`. */
  heldOut: CorpusPart
  /** Those poems of `train` that people know by heart. */
  famous: Poem[]
}

/** Fetches the packages into `cacheFolder` where they are missing, reads and cleans them, and holds a part out. */
export async function buildCorpus(cacheFolder: string): Promise<Corpus> {
  const poetry = await fetchPackage(CHINESE_POETRY, cacheFolder)
  const novel = await fetchPackage(MOBY_DICK, cacheFolder)
  const addresses = await fetchPackage(STATE_OF_THE_UNION, cacheFolder)
  const { all, famous } = await readPoems(poetry)
  const prose = [
    ...(await readProse(path.join(novel, 'data'), (file) => /^chapter_\d+\.txt$/u.test(file))),
    ...(await readProse(path.join(addresses, 'data'), (file) => Number(file.slice(0, 4)) >= FIRST_ADDRESS)),
  ]
  return splitCorpus(all, famous, prose)
}

/**
 * Whether a poem is held out hangs on author and title, so that two versions of a poem lie on one side; a held-out poem that
 * shares a line with any other is left out altogether.
 */
export function splitCorpus(all: Poem[], famous: Poem[], prose: string[]): Corpus {
  const isHeldOut = (key: string): boolean => fractionOf(key) < HELD_OUT_SHARE
  const known = new Set(famous.map(poemKey))
  const mayBeHeldOut = (poem: Poem): boolean => !known.has(poemKey(poem)) && isHeldOut(poemKey(poem))
  const train = [...all.filter((poem) => !mayBeHeldOut(poem)), ...famous]
  const trainedLines = new Set(train.flatMap(({ lines }) => lines))
  return {
    train: { poems: train, prose: prose.filter((passage) => !isHeldOut(passage)) },
    heldOut: {
      poems: all.filter((poem) => mayBeHeldOut(poem) && !poem.lines.some((line) => trainedLines.has(line))),
      prose: prose.filter(isHeldOut),
    },
    famous,
  }
}

function poemKey({ author, title, lines }: Poem): string {
  return `${author}|${title === '' ? lines[0] : title}`
}
