// One screen of `pharos top`, as lines of text.

import { formatDuration } from '@pharos/model'
import type { ServerFacts } from './server-facts.ts'

export interface ScreenSettings {
  readonly server: string
  /** ms since 1970. */
  readonly nowMs: number
  readonly columns: number
  /** Rows of each list. */
  readonly rows: number
  readonly hasColors: boolean
}

type Color = 'bold' | 'dim' | 'red' | 'green' | 'yellow'
const CODES: Readonly<Record<Color, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 }

interface Cell {
  readonly text: string
  readonly color?: Color
}

export function screenOf(facts: ServerFacts, settings: ScreenSettings): string {
  const { server, nowMs } = settings
  const lines = new Lines(settings)
  lines.add([{ text: `${server}  ${facts.version}  ${clockText(nowMs)}`, color: 'bold' }])
  lines.add(summary(facts))
  lines.list(
    `DOWN (${facts.down.length})`,
    facts.down.map(({ pool, url, error }) => [
      { text: `${pool}  `, color: 'red' },
      { text: `${url}  ` },
      { text: error, color: 'dim' },
    ]),
  )
  lines.list(
    `FIRING (${facts.firing.length}, ${facts.pending} pending)`,
    facts.firing.map(({ labels: { alertname = '', ...rest }, sinceMs }) => [
      { text: `${alertname}  `, color: 'red' },
      { text: `${formatDuration(Math.max(0, Math.round((nowMs - sinceMs) / 1000) * 1000))}  ` },
      { text: labelsText(rest), color: 'dim' },
    ]),
  )
  lines.list(
    'MOST SERIES',
    facts.largestMetrics.map(({ name, value }) => [
      { text: `${value.toLocaleString('en')}`.padStart(9) },
      { text: `  ${name}` },
    ]),
  )
  lines.list(
    'SLOWEST SCRAPES',
    facts.slowest.map(({ pool, url, seconds }) => [
      { text: `${(seconds * 1000).toFixed(1)} ms`.padStart(12) },
      { text: `  ${pool}  ${url}` },
    ]),
  )
  return lines.text
}

function summary({ targets, series, numbers }: ServerFacts): readonly Cell[] {
  const { up, down, unknown } = targets
  const cells: Cell[] = [
    { text: `targets ${up} up`, color: 'green' },
    { text: `, ${down} down`, ...(down > 0 && { color: 'red' }) },
    { text: unknown > 0 ? `, ${unknown} not asked yet` : '' },
    { text: `   series ${series.toLocaleString('en')}` },
  ]
  const [samples, cpu, memory] = [numbers.get('samples'), numbers.get('cpu'), numbers.get('memory')]
  if (samples !== undefined) cells.push({ text: `   samples/s ${samples.toFixed(0)}` })
  if (cpu !== undefined) cells.push({ text: `   CPU ${(cpu * 100).toFixed(1)} %` })
  if (memory !== undefined) cells.push({ text: `   memory ${(memory / 2 ** 20).toFixed(0)} MiB` })
  return cells
}

/** Lines that fit the width; what came from outside cannot move the cursor. */
class Lines {
  readonly #settings: ScreenSettings
  text = ''

  constructor(settings: ScreenSettings) {
    this.#settings = settings
  }

  add(cells: readonly Cell[]): void {
    let left = this.#settings.columns
    for (const { text, color } of cells) {
      const shown = Array.from(text.replace(/\p{C}/gu, '\u{fffd}')).slice(0, left)
      left -= shown.length
      this.text += this.#painted(shown.join(''), color)
    }
    this.text += '\n'
  }

  list(title: string, all: readonly (readonly Cell[])[]): void {
    this.text += '\n'
    this.add([{ text: title, color: 'bold' }])
    const { rows } = this.#settings
    for (const cells of all.slice(0, rows)) this.add(cells)
    if (all.length === 0) this.add([{ text: 'none', color: 'dim' }])
    if (all.length > rows) this.add([{ text: `and ${all.length - rows} more`, color: 'dim' }])
  }

  #painted(text: string, color: Color | undefined): string {
    if (color === undefined || !this.#settings.hasColors || text === '') return text
    return `\u001b[${CODES[color]}m${text}\u001b[0m`
  }
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')
}

function clockText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}
