/**
 * The most bytes that a training's process held, out of its totals under the Trainer's names; null where they do not say it.
 * Source: transformers 5.23, trainer_pt_utils.py, log_metrics, "total memory used".
 */
export function peakMemoryOf(totals: Readonly<Record<string, number>>): number | null {
  const before = totals['before_init_mem_cpu']
  if (before === undefined) return null
  const of = (name: string): number => totals[`${name}_delta`] ?? 0
  const loaded = before + of('init_mem_cpu_alloc')
  return Math.max(loaded + of('init_mem_cpu_peaked'), loaded + of('train_mem_cpu_alloc') + of('train_mem_cpu_peaked'))
}
