import { measureMatmul } from '../../src-main/jobs/measureMatmul.ts'

const SECONDS = { whole: 3, tiny: 0.2 }

/** What onnxruntime reaches with matrix products alone, in GFLOPS: before and after what is set beside it, since a machine is not always as quick. */
export const measurePeak = ({ tiny }: { tiny: boolean }): Promise<number> => measureMatmul(tiny ? SECONDS.tiny : SECONDS.whole)
