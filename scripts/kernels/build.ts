// Makes src-main/engine/5-exec/kernels.generated.ts from kernels.wat. `--check` fails when the generated file is out of date.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

const source = fileURLToPath(new URL('kernels.wat', import.meta.url))
const target = fileURLToPath(new URL('../../src-main/engine/5-exec/kernels.generated.ts', import.meta.url))
const { buffer } = (await wabt()).parseWat('kernels.wat', readFileSync(source), { simd: true }).toBinary({})
const generated = `// Made from scripts/kernels/kernels.wat by scripts/kernels/build.ts.\nexport const KERNELS_WASM =\n  '${Buffer.from(buffer).toString('base64')}'\n`
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== generated) throw new Error('kernels.generated.ts is out of date: npm run kernels')
} else writeFileSync(target, generated)
