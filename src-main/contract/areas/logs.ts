import { z } from 'zod'
import { call } from '../define.ts'

export const logs = {
  calls: {
    /** The newest lines, oldest first, and the folder that they lie in. */
    'logs.read': call<{ folder: string; lines: string[] }>()(z.undefined()),
    /** Writes everything that is kept, without what would tell whose computer it is, for somebody who helps. */
    'logs.save': call<null>()(z.strictObject({ path: z.string() })),
  },
}
