/** The widest vector instructions that the matrix kernels can use here. */
export type VectorInstructions = 'avx512' | 'avx2' | 'neon' | 'none' | 'unknown'

/** What this computer can do, as plain facts. Sizes are in bytes. */
export interface DoctorReport {
  node: { version: string; supported: boolean }
  processor: { model: string; threads: number; vectorInstructions: VectorInstructions; gigaflops: number }
  memory: { total: number; available: number }
  disk: { folder: string; free: number }
  onnxruntime: { version: string }
  /** Whether pictures of the loss can have Latin and Chinese text: whether this system has fonts for them. */
  fonts: { latin: boolean; han: boolean }
  /** Whether the window's program is installed. The command line does without. */
  electron: boolean
  /** Whether TensorFlow's package for NVIDIA cards is installed. It is optional. */
  tensorflowGpu: boolean
}

/** Training keeps a weight, its gradient and AdamW's two moments, each in float32. */
const BYTES_PER_TRAINED_PARAMETER = 16

/** Parameters of the largest model that fits into this much memory while it is trained. */
export const trainableParameters = (memoryBytes: number): number => memoryBytes / BYTES_PER_TRAINED_PARAMETER

/** Float operations of forward and backward for one token: 6 a parameter (Kaplan et al. 2020, arXiv:2001.08361, section 2.1). */
const OPERATIONS_PER_PARAMETER_AND_TOKEN = 6

/** Tokens a second that training a model can reach at most, at a measured rate. */
export const trainedTokensPerSecond = (gigaflops: number, parameters: number): number =>
  (gigaflops * 1e9) / (OPERATIONS_PER_PARAMETER_AND_TOKEN * parameters)
