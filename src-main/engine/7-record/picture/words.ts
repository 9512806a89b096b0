import type { Language } from '../../../contract/error.ts'

/** The words in the picture of the loss. */
export interface Words {
  title: string
  loss: string
  step: string
  epoch: string
  training: string
  heldOut: string
  nothing: string
  and: string
  best: (loss: string, step: string) => string
  course: (name: string, firstLoss: string, firstStep: string, lastLoss: string, lastStep: string) => string
}

export const WORDS: Record<Language, Words> = {
  en: {
    title: 'Loss',
    loss: 'loss (nats per trained token)',
    step: 'step',
    epoch: 'epoch',
    training: 'training',
    heldOut: 'held-out',
    nothing: 'No loss has been logged yet',
    and: '; ',
    best: (loss, step) => `best held-out ${loss} at step ${step}`,
    course: (name, firstLoss, firstStep, lastLoss, lastStep) =>
      `${name} loss ${firstLoss} at step ${firstStep}, ${lastLoss} at step ${lastStep}`,
  },
  zh: {
    title: '损失',
    loss: '损失（每个训练词元，nat）',
    step: '步',
    epoch: '轮',
    training: '训练',
    heldOut: '留出数据',
    nothing: '还没有记录损失',
    and: '；',
    best: (loss, step) => `留出数据最低 ${loss}（第 ${step} 步）`,
    course: (name, firstLoss, firstStep, lastLoss, lastStep) =>
      `${name}损失：第 ${firstStep} 步 ${firstLoss}，第 ${lastStep} 步 ${lastLoss}`,
  },
}
