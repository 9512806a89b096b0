import { TuneDeskError } from '../contract/error.ts'
import type { OnnxType } from './onnx.ts'
import type { TensorLocation } from './readSafetensors.ts'

/** A stored weight's type as ONNX names it. @throws TuneDeskError weights/unsupported-type */
export function onnxTypeOf({ name, dtype, file }: TensorLocation): OnnxType {
  switch (dtype) {
    case 'F32':
      return 'float32'
    case 'F16':
      return 'float16'
    case 'BF16':
      return 'bfloat16'
    default:
      throw new TuneDeskError('weights/unsupported-type', { file, tensor: name, dtype, supported: 'F32, F16, BF16' })
  }
}
