import type { Command } from 'commander'
import type { MaskSettings } from '../jobs/check.ts'
import type { Message } from './messages/message.ts'
import { readNumber } from './readNumber.ts'

/** How rows become tokens, as every command that takes rows lets a person say it. */
export interface MaskOptions {
  maxLength?: string
  lossOn?: string
  template?: string
}

export const addMaskOptions = (command: Command, message: Message): Command =>
  command
    .option('--max-length <tokens>', message('option.max-length'))
    .option('--loss-on <what>', message('option.loss-on'))
    .option('--template <kind>', message('option.template'))

/** The settings that the options name; those not given are left to the service. */
export function maskSettings({ maxLength, lossOn, template }: MaskOptions): Partial<MaskSettings> {
  return {
    ...(maxLength === undefined ? {} : { max_length: readNumber('--max-length', maxLength) }),
    // What these may be is the service's to check.
    ...(lossOn === undefined ? {} : { loss_on: lossOn as MaskSettings['loss_on'] }),
    ...(template === undefined ? {} : { template: template as MaskSettings['template'] }),
  }
}
