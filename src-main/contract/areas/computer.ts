import { z } from 'zod'
import { call } from '../define.ts'
import type { DoctorReport } from '../doctorReport.ts'

export const computer = {
  calls: {
    /** What this computer can do. */
    'computer.examine': call<DoctorReport>()(z.undefined()),
  },
}
