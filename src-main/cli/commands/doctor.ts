import type { Command } from 'commander'
import { trainableParameters, trainedTokensPerSecond, type DoctorReport } from '../../contract/doctorReport.ts'
import type { Context } from '../context.ts'
import { formatBytes, formatParameterCount } from '../terminal/format.ts'
import { READING_WIDTH } from '../terminal/terminal.ts'
import { padEnd, displayWidth } from '../terminal/width.ts'
import { wrap } from '../terminal/wrap.ts'

/** Below this, training even a small model is no pleasure. */
const LITTLE_MEMORY = 8e9
const LITTLE_DISK = 5e9

interface Finding {
  state: 'good' | 'attention' | 'note'
  name: string
  value: string
  meaning: string
}

export function addDoctorCommand(program: Command, context: Context): void {
  const { message } = context
  program
    .command('doctor')
    .description(message('doctor.description'))
    .option('--json', message('option.json'))
    .action(async ({ json = false }: { json?: boolean }) => {
      const { examineComputer } = await import('../../services/doctor.ts')
      const report = await examineComputer(context.engines.tokens, process.cwd())
      if (json) context.out.line(JSON.stringify(report))
      else for (const line of render(findings(report, context), context)) context.out.line(line)
    })
}

const HALF_BILLION = 0.5e9

function findings(report: DoctorReport, { message }: Context): Finding[] {
  const { node, processor, memory, disk, onnxruntime, fonts, electron, tensorflowGpu } = report
  const tokensPerSecond = trainedTokensPerSecond(processor.gigaflops, HALF_BILLION)
  const fontsComplete = fonts.latin && fonts.han
  return [
    {
      state: node.supported ? 'good' : 'attention',
      name: 'Node',
      value: node.version,
      meaning: message(node.supported ? 'doctor.node-good' : 'doctor.node-old'),
    },
    {
      state: processor.vectorInstructions === 'none' ? 'attention' : 'good',
      name: message('doctor.processor'),
      value: message('doctor.processor-value', { model: processor.model, threads: processor.threads }),
      meaning: message(`doctor.vectors-${processor.vectorInstructions}`),
    },
    {
      state: 'good',
      name: message('doctor.speed'),
      value: `${processor.gigaflops.toFixed(0)} GFLOPS`,
      meaning: message('doctor.speed-meaning', { tokens: Number(tokensPerSecond.toPrecision(1)) }),
    },
    {
      state: memory.available < LITTLE_MEMORY ? 'attention' : 'good',
      name: message('doctor.memory'),
      value: message('doctor.free-of', { free: formatBytes(memory.available), total: formatBytes(memory.total) }),
      meaning: message('doctor.memory-meaning', {
        parameters: formatParameterCount(trainableParameters(memory.available)),
      }),
    },
    {
      state: disk.free < LITTLE_DISK ? 'attention' : 'good',
      name: message('doctor.disk'),
      value: message('doctor.free', { free: formatBytes(disk.free) }),
      meaning: message(disk.free < LITTLE_DISK ? 'doctor.disk-little' : 'doctor.disk-good'),
    },
    { state: 'good', name: 'onnxruntime', value: onnxruntime.version, meaning: message('doctor.onnxruntime') },
    {
      state: fontsComplete ? 'good' : 'note',
      name: message('doctor.fonts'),
      value: message(fontsComplete ? 'doctor.there' : fonts.latin ? 'doctor.fonts-latin-only' : 'doctor.missing'),
      meaning: message(fontsComplete ? 'doctor.fonts-good' : 'doctor.fonts-missing'),
    },
    {
      state: electron ? 'good' : 'note',
      name: 'Electron',
      value: message(electron ? 'doctor.there' : 'doctor.missing'),
      meaning: message(electron ? 'doctor.electron-good' : 'doctor.electron-missing'),
    },
    {
      state: tensorflowGpu ? 'good' : 'note',
      name: 'tfjs-node-gpu',
      value: message(tensorflowGpu ? 'doctor.there' : 'doctor.missing'),
      meaning: message(tensorflowGpu ? 'doctor.tensorflow-there' : 'doctor.tensorflow-missing'),
    },
  ]
}

function render(items: readonly Finding[], { out, message }: Context): string[] {
  const { green, yellow, dim, bold } = out.colours
  const signs = { good: green('✓'), attention: yellow('!'), note: dim('·') }
  const nameWidth = Math.max(...items.map(({ name }) => displayWidth(name)))
  const indent = ' '.repeat(nameWidth + 6)
  const width = Math.min(out.columns(), READING_WIDTH) - indent.length
  return [
    bold(message('doctor.title')),
    '',
    ...items.flatMap(({ state, name, value, meaning }) => [
      `  ${signs[state]} ${padEnd(name, nameWidth)}  ${value}`,
      ...wrap(meaning, width).map((line) => indent + dim(line)),
    ]),
    '',
    message(items.some(({ state }) => state === 'attention') ? 'doctor.verdict-attention' : 'doctor.verdict-good'),
  ]
}
