/**
 * Which checkpoints stay when one is added: the newest, the best and of the others the youngest, `limit` in all.
 * Source: transformers 5.23, trainer_utils.py, rotate_checkpoints.
 *
 * While the run goes on at least two stay, whatever the limit: the newest may turn out damaged, or hold weights that no longer learn.
 * @param steps ascending
 * @param limit `save_total_limit`; null keeps all
 */
export function keptWhileRunning(steps: readonly number[], limit: number | null, best: number | null): number[] {
  return limit === null ? [...steps] : rotate(steps, Math.max(2, limit), best)
}

/**
 * Which checkpoints stay when the run is over: with a limit of 1 and a best model only that one's.
 * Source: transformers 5.23, trainer.py, Trainer._finalize_training.
 */
export function keptAtEnd(steps: readonly number[], limit: number | null, best: number | null): number[] {
  if (limit === null) return [...steps]
  return limit === 1 && best !== null ? steps.filter((step) => step === best) : rotate(steps, limit, best)
}

function rotate(steps: readonly number[], limit: number, best: number | null): number[] {
  const guarded = new Set(steps.filter((step, index) => step === best || index === steps.length - 1))
  let surplus = steps.length - Math.max(limit, guarded.size)
  return steps.filter((step) => guarded.has(step) || surplus-- <= 0)
}
