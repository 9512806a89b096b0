import { heldMemory, mostHeldMemory } from './heldMemory.ts'

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
  const before = heldMemory()
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
  const begin = heldMemory()
  const markBefore = mostHeldMemory()
  let seen = begin
  const held = (): number => {
    const now = heldMemory()
    seen = Math.max(seen, now)
    return now
  }
  return {
    held,
    metrics(name: string): Record<string, number> {
      const end = held()
      const mark = mostHeldMemory()
      const peak = mark > markBefore ? Math.max(mark, seen) : seen
      return { [`${name}_mem_cpu_alloc_delta`]: end - begin, [`${name}_mem_cpu_peaked_delta`]: Math.max(0, peak - end) }
    },
  }
}
