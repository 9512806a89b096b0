/**
 * The program of a thread that runs kernels. Arrays pass through areas of the kernels' memory, each no longer than a chunk, so that they stay in a
 * core's L2 cache; the kernels step over 32 elements at most, so a chunk's end is filled up with zeros. It is text rather than a file, so that it runs
 * the same from the sources, in tests and in a bundle. It is given `workerData`: the kernels as base64, and the tables at the beginning of
 * their memory; and for gradients that come as factors, where onnxruntime lies and the program of their product.
 */
export const KERNEL_PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const CHUNK = 8192
const STEP = 32
/**
 * Large arrays begin at the beginning of a memory page. A copy between two addresses that differ only by whole pages is up to six times slower, since the processor
 * takes what it reads for what it has just written (4K aliasing), and areas at the same place of a page push each other out of the cache.
 */
const PAGE = 4096
const FIRST_PLACE = 1024
const PLACES_APART = 512
/** So much of a gradient that comes as factors is made at a time. */
const PRODUCT = 327680
/** Kernels that can take a gradient row by row; the others have all of it at once. */
const BY_ROWS = ['adamW', 'sgd']
const WRITTEN = { add: [0], sumOfSquares: [], sgd: [0], adamW: [0, 2, 3], adamW8bit: [0, 2, 3, 4, 5], quantiseBlocks: [1, 2], dequantiseBlocks: [0] }
/** Arrays of which nothing is read. */
const UNREAD = { quantiseBlocks: [1, 2], dequantiseBlocks: [0] }
/** Arrays with one element for so many of the others'. */
const SPARSE = { adamW8bit: { 3: 256, 5: 256 }, quantiseBlocks: { 2: 32 }, dequantiseBlocks: { 2: 32 } }
/** Adafactor's regularisation of squares, and the root mean square that an update is cut to (transformers, Adafactor: eps[0], clip_threshold). */
const SMALLEST_SQUARE = 1e-30
const LARGEST_UPDATE = 1

const ready = WebAssembly.instantiate(Buffer.from(workerData.wasm, 'base64')).then(({ instance: { exports: kernels } }) => {
  new Uint8Array(kernels.memory.buffer).set(workerData.tables)

  /** Areas behind the tables and the two blocks of adamW8bit, each at another place of its memory page. */
  function allocate(wanted) {
    let end = 16384
    const places = wanted.map(([type, length], slot) => {
      const offset = Math.ceil(end / PAGE) * PAGE + FIRST_PLACE + slot * PLACES_APART
      end = offset + length * type.BYTES_PER_ELEMENT
      return [type, offset, length]
    })
    const missing = end - kernels.memory.buffer.byteLength
    if (missing > 0) kernels.memory.grow(Math.ceil(missing / 65536))
    return places.map(([type, offset, length]) => new type(kernels.memory.buffer, offset, length))
  }

  function elementwise({ kernel, arrays, numbers }) {
    const every = arrays.map((_, slot) => SPARSE[kernel]?.[slot] ?? 1)
    const areas = allocate(arrays.map((array, slot) => [array.constructor, CHUNK / every[slot]]))
    const addresses = areas.map(({ byteOffset }) => byteOffset)
    let value = 0
    for (let start = 0; start < arrays[0].length; start += CHUNK) {
      const size = Math.min(CHUNK, arrays[0].length - start)
      const parts = arrays.map((array, slot) => array.subarray(start / every[slot], Math.ceil((start + size) / every[slot])))
      parts.forEach((part, slot) => {
        if (UNREAD[kernel]?.includes(slot)) return
        areas[slot].set(part)
        areas[slot].fill(0, part.length, Math.ceil(part.length / STEP) * STEP)
      })
      value += kernels[kernel](...addresses, size, ...numbers) ?? 0
      for (const slot of WRITTEN[kernel]) parts[slot].set(areas[slot].subarray(0, parts[slot].length))
    }
    return value
  }

  /** transformers, optimization.py, Adafactor.step, with the squares' means of a matrix kept by row and by column. */
  function adafactor([w, g, rowMeans, columnMeans], [rows, width, scale, beta2, learningRate, keep]) {
    const most = Math.max(1, Math.floor(CHUNK / width))
    const [wArea, gArea, rowArea, columnArea] = allocate([most * width, most * width, most, width].map((length) => [Float32Array, length]))
    const walk = (visit) => {
      for (let row = 0; row < rows; row += most) {
        const count = Math.min(most, rows - row)
        gArea.set(g.subarray(row * width, (row + count) * width))
        visit(row, count)
      }
    }
    const moved = (mean, square) => beta2 * mean + (1 - beta2) * (square * scale * scale + SMALLEST_SQUARE)

    const columnSums = new Float64Array(width)
    walk((row, count) => {
      columnArea.fill(0)
      kernels.sumsOfSquares(gArea.byteOffset, rowArea.byteOffset, columnArea.byteOffset, count, width)
      for (let i = 0; i < count; i++) rowMeans[row + i] = moved(rowMeans[row + i], rowArea[i] / width)
      for (let i = 0; i < width; i++) columnSums[i] += columnArea[i]
    })
    for (let i = 0; i < width; i++) columnMeans[i] = moved(columnMeans[i], columnSums[i] / rows)

    const meanOfRows = rowMeans.reduce((sum, mean) => sum + mean, 0) / rows
    const rowFactors = rowMeans.map((mean) => 1 / Math.sqrt(mean / meanOfRows))
    columnArea.set(columnMeans.map((mean) => 1 / Math.sqrt(mean)))
    let squares = 0
    walk((row, count) => {
      rowArea.set(rowFactors.subarray(row, row + count))
      squares += kernels.sumOfScaledSquares(gArea.byteOffset, rowArea.byteOffset, columnArea.byteOffset, count, width)
    })
    const rootMeanSquare = scale * Math.sqrt(squares / g.length)
    const stepSize = (learningRate * scale) / Math.max(1, rootMeanSquare / LARGEST_UPDATE)
    walk((row, count) => {
      const part = w.subarray(row * width, (row + count) * width)
      wArea.set(part)
      rowArea.set(rowFactors.subarray(row, row + count))
      kernels.factoredStep(wArea.byteOffset, gArea.byteOffset, rowArea.byteOffset, columnArea.byteOffset, count, width, stepSize, keep)
      part.set(wArea.subarray(0, part.length))
    })
    return 0
  }

  /** The same of a vector, whose squares' means are all kept. Vectors are small. */
  function adafactorVector([w, g, means], [scale, beta2, learningRate, keep]) {
    const update = g.map((gradient, i) => {
      means[i] = beta2 * means[i] + (1 - beta2) * ((gradient * scale) ** 2 + SMALLEST_SQUARE)
      return (gradient * scale) / Math.sqrt(means[i])
    })
    const rootMeanSquare = Math.sqrt(update.reduce((sum, x) => sum + x * x, 0) / g.length)
    const stepSize = learningRate / Math.max(1, rootMeanSquare / LARGEST_UPDATE)
    update.forEach((x, i) => (w[i] = w[i] * keep - stepSize * x))
    return 0
  }

  const own = { adafactor, adafactorVector }
  const run = (job) => (own[job.kernel] ? own[job.kernel](job.arrays, job.numbers) : elementwise(job))

  let session
  /** runInPlace.ts */
  async function runInPlace(feeds, places) {
    try {
      await session.run(feeds, { ...places, [workerData.refusedOutput]: null })
    } catch (error) {
      if (error.message !== workerData.refusal) throw error
    }
  }
  /** Kernels go over the same room again and again, so that it stays in the cache. */
  let room = new Float32Array(0)
  function roomFor(size) {
    if (room.length < size) room = new Float32Array(size)
    return room
  }
  async function withFactors({ kernel, arrays, numbers, factors: { width, addedRows } }) {
    const factorsFrom = arrays.length - (addedRows ? 3 : 2)
    const [gradient, input, added] = arrays.slice(factorsFrom)
    const { InferenceSession, Tensor } = require(workerData.onnxruntime)
    session ??= await InferenceSession.create(workerData.product, { executionProviders: ['cpu'], intraOpNumThreads: 1 })
    const tokens = input.length / width
    const height = gradient.length / tokens
    const isByRows = BY_ROWS.includes(kernel)
    const most = isByRows ? Math.min(height, Math.max(16, Math.floor(PRODUCT / width / 16) * 16)) : height
    const product = isByRows ? roomFor(most * width) : new Float32Array(most * width)
    const inputTensor = new Tensor('float32', input, [tokens, width])
    for (let row = 0; row < height; row += most) {
      const count = Math.min(most, height - row)
      const some = gradient.subarray(row * tokens, (row + count) * tokens)
      const made = product.subarray(0, count * width)
      await runInPlace(
        { gradient: new Tensor('float32', some, [count, tokens]), input: inputTensor },
        { weight: new Tensor('float32', made, [count, width]) },
      )
      addedRows?.forEach((to, i) => {
        if (to < row || to >= row + count) return
        for (let column = 0; column < width; column++) made[(to - row) * width + column] += added[i * width + column]
      })
      const [value, ...state] = arrays.slice(0, factorsFrom).map((array) => array.subarray(row * width, (row + count) * width))
      run({ kernel, arrays: [value, made, ...state], numbers })
    }
    return 0
  }
  return async (job) => ({ arrays: job.arrays, value: job.factors ? await withFactors(job) : run(job) })
})
parentPort.on('message', async (jobs) => {
  const run = await ready
  const results = []
  for (const job of jobs) results.push(await run(job))
  parentPort.postMessage(results, [...new Set(results.flatMap(({ arrays }) => arrays.map(({ buffer }) => buffer)))])
})
`
