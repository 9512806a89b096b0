/**
 * One line of a run's log under the Trainer's names: loss, grad_norm and learning_rate, or eval_loss …, or train_runtime …;
 * always epoch and step.
 */
export type LogLine = { epoch: number; step: number } & Record<string, number>
