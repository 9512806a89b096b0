import type { Language } from '../../contract/error.ts'
import type { LogLine } from '../../contract/logLine.ts'
import { drawLoss } from '../../engine/7-record/lossPicture.ts'
import { writeFileAtomically } from '../../files/atomicFile.ts'

export type PictureFormat = 'svg' | 'png'

/** The loss of a run as a picture. @throws TuneDeskError files/cannot-write, files/disk-full */
export async function savePicture(
  log: readonly LogLine[],
  { format, path, language }: { format: PictureFormat; path: string; language: Language },
): Promise<void> {
  const picture = await drawLoss(log, { language })
  await writeFileAtomically(path, picture[format])
}
