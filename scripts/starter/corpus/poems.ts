import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Converter } from 'opencc-js'
import { z } from 'zod'
import { cleanPoem, type Poem } from './cleanPoem.ts'

const collection = z.array(
  z
    .object({
      title: z.string().optional(),
      /** The melody that a lyric was written to: a lyric has no other title. */
      rhythmic: z.string().optional(),
      author: z.string().optional(),
      paragraphs: z.array(z.string()).optional(),
      /** The Book of Songs calls its stanzas so. */
      content: z.array(z.string()).optional(),
    })
    .transform(({ title, rhythmic, author, paragraphs, content }) => ({
      title: title ?? rhythmic ?? '',
      author: author ?? '诗经',
      paragraphs: paragraphs ?? content ?? [],
    })),
)

/** What the starter model reads of the collection `chinese-poetry`. */
export interface PoemCollections {
  /** The Complete Tang Poems and the Book of Songs, each poem once. */
  all: Poem[]
  /** Three Hundred Tang Poems and Three Hundred Song Lyrics: those that people know by heart. */
  famous: Poem[]
}

/** @param folder where the package's files are */
export async function readPoems(folder: string): Promise<PoemCollections> {
  const simplify = Converter({ from: 't', to: 'cn' })
  const read = async (file: string): Promise<Poem[]> =>
    collection
      .parse(JSON.parse(await readFile(path.join(folder, 'dist', file), 'utf8')))
      .flatMap((raw) => cleanPoem(raw, simplify) ?? [])
  const readAll = async (files: string[]): Promise<Poem[]> => (await Promise.all(files.map(read))).flat()

  const tang = (await readdir(path.join(folder, 'dist', 'quantangshi')))
    .filter((file) => /^poet\.tang\.\d+\.json$/.test(file))
    .sort()
    .map((file) => `quantangshi/${file}`)
  return {
    all: withoutRepeats(await readAll([...tang, 'shijing/shijing.json'])),
    famous: withoutRepeats(await readAll(['quantangshi/唐诗三百首.json', 'songci/宋词三百首.json'])),
  }
}

function withoutRepeats(poems: Poem[]): Poem[] {
  const first = new Map<string, Poem>()
  for (const poem of poems) {
    const text = poem.lines.join('')
    if (!first.has(text)) first.set(text, poem)
  }
  return [...first.values()]
}
