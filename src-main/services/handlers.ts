import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Handlers } from '../contract/contract.ts'
import { checkRowsOf } from './check.ts'
import { examineComputer } from './doctor.ts'
import { modelFolderOf, STARTER } from './models.ts'

/** What main does for each call of the contract. @param resources what ships with the app */
export function createHandlers(resources: string): Handlers {
  return {
    'computer.examine': () => examineComputer(homedir()),
    'check.sample': async ({ sample, lossOn }) => {
      const { rows } = await checkRowsOf({
        data: join(resources, 'samples', sample),
        model: await modelFolderOf(STARTER, resources),
        loss_on: lossOn,
      })
      return rows.map(({ tokenised, tokens }) => ({ row: tokenised.row, tokens }))
    },
  }
}
