/** Measures what a training holds of memory, in its two stages: loading and training. */
export interface MemoryMeter {
  /** Bytes that the process holds now. */
  held(): number
  /** The model is loaded; training begins. */
  loaded(): void
  /**
   * Under the Trainer's names, in bytes, as with `skip_memory_metrics=False`: what there was before, and of each stage how much more there was at its
   * end, and how much more than that at its peak (transformers 5.23, trainer_utils.py, TrainerMemoryTracker).
   */
  metrics(): Record<string, number>
}

export function createMemoryMeter(): MemoryMeter {
  const before = process.memoryUsage.rss()
  let stage = beginStage()
  let initMetrics: Record<string, number> = {}
  return {
    held: () => stage.held(),
    loaded() {
      initMetrics = stage.metrics('init')
      stage = beginStage()
    },
    metrics: () => ({ before_init_mem_cpu: before, ...initMetrics, ...stage.metrics('train') }),
  }
}

/** The system keeps the highest mark of the process's whole life: it is a stage's own where it rose in it; else what was seen has to do. */
function beginStage() {
  const mark = (): number => process.resourceUsage().maxRSS * 1024
  const begin = process.memoryUsage.rss()
  const markBefore = mark()
  let seen = begin
  const held = (): number => {
    const now = process.memoryUsage.rss()
    seen = Math.max(seen, now)
    return now
  }
  return {
    held,
    metrics(name: string): Record<string, number> {
      const end = held()
      const peak = mark() > markBefore ? mark() : seen
      return { [`${name}_mem_cpu_alloc_delta`]: end - begin, [`${name}_mem_cpu_peaked_delta`]: Math.max(0, peak - end) }
    },
  }
}
