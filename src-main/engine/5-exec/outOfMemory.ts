/** How V8, a WebAssembly memory, a thread, onnxruntime and the C++ libraries below it say that there is no memory to be had. */
const WORDS =
  /array buffer allocation failed|could not allocate memory|cannot be cloned, out of memory|reached heap limit|failed to allocate memory|bad_alloc|bad allocation/i

export const isOutOfMemory = (error: unknown): boolean => error instanceof Error && WORDS.test(error.message)
