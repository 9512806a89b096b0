import {
  Chart,
  Decimation,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js'
import Zoom from 'chartjs-plugin-zoom'
import { resolveColours } from './colours.ts'
import type { Series } from './series.ts'

const SERIES_COLOURS = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'] as const
/** Apart without colours as well. */
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3], [12, 6], [4, 2, 1, 2]]

export interface LineChartContent {
  series: readonly Series[]
  xTitle: string
  yTitle: string
  isLogarithmic: boolean
  /** Shows 0 on the vertical axis: small changes of a small number would be all alike otherwise. */
  isFromZero: boolean
  formatX: (value: number) => string
  formatY: (value: number) => string
  /** Of the page; a chart stands still where a person wants no motion, and data never moves by itself. */
  onZoom: (isZoomed: boolean) => void
}

export type LineChart = Chart<'line', { x: number; y: number }[]>

/** Makes a chart in a canvas. Its data come by `updateLines`. */
export function createLines(canvas: HTMLCanvasElement, content: LineChartContent): LineChart {
  Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip, Decimation, Zoom)
  const chart: LineChart = new Chart(canvas, configuration(content))
  return chart
}

export function updateLines(chart: LineChart, content: LineChartContent): void {
  const { data, options } = configuration(content)
  // The chart keeps what a person zoomed to.
  chart.data = data
  if (options) chart.options = options
  chart.update('none')
}

function configuration(content: LineChartContent): ChartConfiguration<'line', { x: number; y: number }[]> {
  const { series, xTitle, yTitle, isLogarithmic, isFromZero, formatX, formatY, onZoom } = content
  const colours = resolveColours([...SERIES_COLOURS, 'ink', 'ink-quiet', 'border', 'grid', 'raised'])
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 }
  const tick = (format: (value: number) => string) => ({
    color: colours['ink-quiet'],
    font,
    maxTicksLimit: 7,
    callback: (value: number | string): string => format(Number(value)),
  })
  const title = (text: string) => ({ display: true, text, color: colours['ink-quiet'], font })
  const tellZoom = ({ chart }: { chart: Chart }): void => onZoom(chart.isZoomedOrPanned())
  return {
    type: 'line',
    data: {
      datasets: series.map(({ label, style, points, hasMarks = false }) => {
        const colour = colours[SERIES_COLOURS[style % SERIES_COLOURS.length] ?? 'series-1']
        return {
          label,
          data: points.map(({ x, y }) => ({ x, y })),
          borderColor: colour,
          backgroundColor: colour,
          borderWidth: 2,
          borderDash: DASHES[style % DASHES.length] ?? [],
          pointRadius: hasMarks ? 3 : points.length === 1 ? 3 : 0,
          pointHoverRadius: 5,
          pointHitRadius: 8,
          tension: 0,
        }
      }),
    },
    options: {
      parsing: false,
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: { type: 'linear', title: title(xTitle), ticks: tick(formatX), grid: { color: colours.grid } },
        y: {
          type: isLogarithmic ? 'logarithmic' : 'linear',
          ...(isFromZero ? { min: 0 } : {}),
          title: title(yTitle),
          ticks: tick(formatY),
          grid: { color: colours.grid },
        },
      },
      plugins: {
        // Keeps the peaks: a loss that jumps for one step must be seen.
        decimation: { enabled: true, algorithm: 'min-max' },
        tooltip: {
          backgroundColor: colours.raised,
          titleColor: colours.ink,
          bodyColor: colours.ink,
          borderColor: colours.border,
          borderWidth: 1,
          titleFont: font,
          bodyFont: font,
          callbacks: {
            title: ([item]) => (item ? `${xTitle} ${formatX(item.parsed.x ?? 0)}` : ''),
            label: (item) => ` ${item.dataset.label ?? ''} ${formatY(item.parsed.y ?? 0)}`,
          },
        },
        zoom: {
          zoom: {
            wheel: { enabled: true, modifierKey: 'ctrl' },
            drag: { enabled: true, threshold: 8 },
            mode: 'x',
            onZoom: tellZoom,
          },
          pan: { enabled: true, mode: 'x', modifierKey: 'shift', onPan: tellZoom },
          limits: { x: { min: 'original', max: 'original' } },
        },
      },
    },
  }
}
