import type { Language } from '../../../contract/error.ts'
import type { LogLine } from '../../6-train/runState.ts'
import { coveringTicks, ticksWithin } from './axisTicks.ts'
import { decimate, type Point } from './decimate.ts'
import { escapeXml, type Lettering } from './lettering.ts'
import { WORDS, type Words } from './words.ts'

const WIDTH = 960
const HEIGHT = 540
const MARGIN = 32
const PLOT = { left: 104, right: WIDTH - MARGIN, top: 124, bottom: HEIGHT - 48 }

const INK = { title: '#111827', text: '#4b5563', faint: '#6b7280', axis: '#9ca3af', grid: '#e5e7eb', paper: '#ffffff' }

interface CurveStyle {
  colour: string
  dash?: string
}
/** Told apart by every kind of eye, and by the dashes in print. */
const TRAINING: CurveStyle = { colour: '#1d4ed8' }
const HELD_OUT: CurveStyle = { colour: '#c2410c', dash: '7 5' }

/** Up to here each point of the log gets a dot of its own. */
const MOST_DOTS = 60
const MOST_TITLE_CHARACTERS = 64

/** What one run's picture is drawn from. */
interface Course {
  training: Point[]
  heldOut: Point[]
  best: Point | undefined
  lastStep: number
  lastEpoch: number
}

/**
 * The loss over the steps of a run as an SVG of 960 × 540: training loss as logged, held-out loss dashed with its lowest point marked, steps below and
 * epochs above. Losses are means over trained tokens, in nats. Lines of the log without a loss, and losses that are no numbers, are left out.
 */
export function lossSvg(log: readonly LogLine[], title: string, language: Language, lettering: Lettering): string {
  const words = WORDS[language]
  const course = courseOf(log)
  const losses = lossTicks([...course.training, ...course.heldOut].map(({ y }) => y))
  const [lowest = 0, highest = 1] = [losses[0], losses.at(-1)]
  const x = (step: number): number => round(PLOT.left + (step / course.lastStep) * (PLOT.right - PLOT.left))
  const y = (loss: number): number => round(PLOT.bottom - ((loss - lowest) / (highest - lowest)) * (PLOT.bottom - PLOT.top))
  const place = (point: Point): Point => ({ x: x(point.x), y: y(point.y) })

  const parts = [
    lettering.write(shorten(title), { x: MARGIN, y: 42, size: 21, colour: INK.title, bold: true }),
    legend(course, words, lettering),
    lossAxis(losses, y, words, lettering),
    stepAxis(course, x, words, lettering),
    epochAxis(course, x, words, lettering),
    curve(course.training.map(place), TRAINING),
    curve(course.heldOut.map(place), HELD_OUT),
    course.best ? ring(place(course.best)) : '',
    isEmpty(course) ? lettering.write(words.nothing, { ...MIDDLE, size: 16, colour: INK.faint }) : '',
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">${escapeXml(title)}</title>
<desc id="description">${escapeXml(inWords(course, words))}</desc>
<rect width="${WIDTH}" height="${HEIGHT}" fill="${INK.paper}"/>
${parts.filter(Boolean).join('\n')}
</svg>
`
}

const MIDDLE = { x: (PLOT.left + PLOT.right) / 2, y: (PLOT.top + PLOT.bottom) / 2, anchor: 'middle' } as const

function courseOf(log: readonly LogLine[]): Course {
  const points = (name: 'loss' | 'eval_loss'): Point[] =>
    log.flatMap((line) => {
      const loss = line[name]
      return loss !== undefined && Number.isFinite(loss) ? [{ x: line.step, y: loss }] : []
    })
  const heldOut = points('eval_loss')
  return {
    training: points('loss'),
    heldOut,
    best: heldOut.reduce<Point | undefined>((best, point) => (best && best.y <= point.y ? best : point), undefined),
    lastStep: log.reduce((last, { step }) => Math.max(last, step), 1),
    lastEpoch: log.reduce((last, { epoch }) => Math.max(last, epoch), 0),
  }
}
const isEmpty = ({ training, heldOut }: Course): boolean => training.length + heldOut.length === 0

/** From zero on, unless all losses lie close together far above it. */
function lossTicks(losses: number[]): number[] {
  if (losses.length === 0) return [0, 1]
  const lowest = losses.reduce((a, b) => Math.min(a, b))
  const highest = losses.reduce((a, b) => Math.max(a, b))
  if (highest === lowest) return coveringTicks(Math.min(0, lowest), Math.max(lowest * 1.25, 1e-6), 6)
  const startsAtZero = lowest >= 0 && lowest < 0.6 * highest
  return coveringTicks(startsAtZero ? 0 : lowest, highest, 7)
}

function lossAxis(losses: number[], y: (loss: number) => number, words: Words, { write }: Lettering): string {
  const distance = (losses[1] ?? 1) - (losses[0] ?? 0)
  const decimals = Math.max(0, -Math.floor(Math.log10(distance) + 1e-9))
  const print = (loss: number): string => (decimals > 4 ? loss.toExponential(0) : loss.toFixed(decimals))
  const lines = losses.map((loss, i) => {
    const line = `<path d="M${PLOT.left} ${y(loss)}H${PLOT.right}" stroke="${i === 0 ? INK.axis : INK.grid}"/>`
    return line + write(print(loss), { x: PLOT.left - 12, y: y(loss) + 4.5, anchor: 'end', colour: INK.text })
  })
  return lines.join('\n') + write(words.loss, { x: MARGIN + 8, y: MIDDLE.y, anchor: 'middle', colour: INK.faint, upwards: true })
}

function stepAxis({ lastStep }: Course, x: (step: number) => number, words: Words, { write }: Lettering): string {
  const y = PLOT.bottom + 24
  const ticks = ticksWithin(0, lastStep, 10, 1).map(
    (step) => tick(x(step), PLOT.bottom, 6) + write(grouped(step), { x: x(step), y, anchor: 'middle', colour: INK.text }),
  )
  return ticks.join('\n') + write(words.step, { x: PLOT.left - 24, y, anchor: 'end', colour: INK.faint })
}

/** Whole epochs; of a run of fewer than three of them also parts. */
function epochAxis({ lastEpoch, lastStep }: Course, x: (step: number) => number, words: Words, { write }: Lettering): string {
  if (lastEpoch <= 0) return ''
  const y = PLOT.top - 14
  const epochs = lastEpoch >= 3 ? ticksWithin(0, lastEpoch, 10, 1) : ticksWithin(0, lastEpoch, 5)
  const ticks = epochs.map((epoch) => {
    const at = x((epoch / lastEpoch) * lastStep)
    return tick(at, PLOT.top, -6) + write(String(epoch), { x: at, y, anchor: 'middle', colour: INK.text })
  })
  return ticks.join('\n') + write(words.epoch, { x: PLOT.left - 24, y, anchor: 'end', colour: INK.faint })
}

const tick = (x: number, y: number, length: number): string => `<path d="M${x} ${y}v${length}" stroke="${INK.axis}"/>`

function curve(points: readonly Point[], { colour, dash }: CurveStyle): string {
  if (points.length === 0) return ''
  const isDense = points.length > 300
  const shape = `points="${decimate(points, (PLOT.right - PLOT.left) / 2)
    .map(({ x, y }) => `${x},${y}`)
    .join(' ')}" fill="none" stroke-linejoin="round" stroke-linecap="round"`
  const dots =
    points.length > MOST_DOTS ? '' : points.map(({ x, y }) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`).join('')
  // A white border keeps a dashed line readable where it crosses a dense one.
  const border = dash ? `<polyline ${shape} stroke="${INK.paper}" stroke-width="5" stroke-opacity="0.85"/>\n` : ''
  return `${border}<polyline ${shape} stroke="${colour}" stroke-width="${isDense ? 1.4 : 2.2}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>${dots}`
}

const ring = ({ x, y }: Point): string =>
  `<circle cx="${x}" cy="${y}" r="7" fill="none" stroke="${INK.paper}" stroke-width="5"/>` +
  `<circle cx="${x}" cy="${y}" r="7" fill="none" stroke="${HELD_OUT.colour}" stroke-width="2.2"/>`

function legend({ training, heldOut, best }: Course, words: Words, { write, width }: Lettering): string {
  const y = 74
  let x = MARGIN
  const entry = (sample: string, sampleWidth: number, text: string): string => {
    const drawn =
      `<g transform="translate(${round(x)} ${y})">${sample}</g>` +
      write(text, { x: round(x + sampleWidth), y: y + 4.5, colour: INK.text })
    x += sampleWidth + width(text, 13) + 32
    return drawn
  }
  const line = ({ colour, dash }: CurveStyle): string =>
    `<path d="M1 0h28" stroke="${colour}" stroke-width="2.4"${dash ? ` stroke-dasharray="${dash}"` : ''} stroke-linecap="round"/>`
  const last = (points: Point[]): string => lossText(points.at(-1)?.y ?? 0)
  return [
    training.length > 0 ? entry(line(TRAINING), 40, `${words.training} ${last(training)}`) : '',
    heldOut.length > 0 ? entry(line(HELD_OUT), 40, `${words.heldOut} ${last(heldOut)}`) : '',
    best ? entry(ring({ x: 8, y: 0 }), 26, words.best(lossText(best.y), grouped(best.x))) : '',
  ].join('\n')
}

function inWords(course: Course, words: Words): string {
  const described = (name: string, points: Point[]): string[] => {
    const [first, last] = [points[0], points.at(-1)]
    return first && last ? [words.course(name, lossText(first.y), grouped(first.x), lossText(last.y), grouped(last.x))] : []
  }
  const parts = [...described(words.training, course.training), ...described(words.heldOut, course.heldOut)]
  if (course.best) parts.push(words.best(lossText(course.best.y), grouped(course.best.x)))
  return parts.length > 0 ? parts.join(words.and) : words.nothing
}

/** Three significant digits, without an exponent as long as that is readable. */
function lossText(loss: number): string {
  if (loss !== 0 && Math.abs(loss) < 0.0005) return loss.toExponential(1)
  return loss.toFixed(Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(Math.abs(loss) || 1)))))
}

/** 12345 → 12,345 */
const grouped = (step: number): string => String(step).replace(/\B(?=(\d{3})+$)/g, ',')
const round = (value: number): number => Math.round(value * 100) / 100

function shorten(title: string): string {
  const characters = Array.from(title)
  return characters.length > MOST_TITLE_CHARACTERS ? `${characters.slice(0, MOST_TITLE_CHARACTERS - 1).join('')}…` : title
}
