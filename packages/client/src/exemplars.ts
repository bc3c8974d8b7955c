// The latest exemplar of each counter and bucket, shown in OpenMetrics only.
import { isLegacyLabelName } from './format.ts'
import { formatOpenMetricsNumber } from './go-number.ts'

/** Usually a trace id: `{ trace_id: '4bf92f35' }`. */
export type ExemplarLabels = Readonly<Record<string, string>>

/** Names and values together, in characters; OpenMetrics allows no more. */
const MAX_CHARACTERS = 128

export interface Exemplar {
  readonly labels: ExemplarLabels
  readonly value: number
  readonly timeMs: number
}

/** @throws RangeError when the labels are too long, or no label names */
export function checkedExemplar(labels: ExemplarLabels, value: number, timeMs: number): Exemplar {
  let characters = 0
  for (const [name, text] of Object.entries(labels)) {
    if (!isLegacyLabelName(name)) throw new RangeError(`exemplar: ${name} is not a label name`)
    characters += name.length + Array.from(text).length
  }
  if (characters > MAX_CHARACTERS) {
    throw new RangeError(
      `exemplar labels have ${characters} characters, more than ${MAX_CHARACTERS}`,
    )
  }
  return { labels, value, timeMs }
}

/** ` # {trace_id="…"} 0.67 1.7e+09`, or '' when there is none. */
export function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return ''
  const pairs = Object.entries(exemplar.labels).map(
    ([name, text]) =>
      `${name}="${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`,
  )
  const value = formatOpenMetricsNumber(exemplar.value)
  return ` # {${pairs.join(',')}} ${value} ${formatOpenMetricsNumber(exemplar.timeMs / 1000)}`
}

/** Keyed by the cell that the observation went to. */
export class Exemplars {
  readonly #byCell = new Map<number, Exemplar>()

  set(cell: number, exemplar: Exemplar): void {
    this.#byCell.set(cell, exemplar)
  }

  of(cell: number): Exemplar | undefined {
    return this.#byCell.get(cell)
  }

  /** Forgets the cells in [from, to). */
  forget(from: number, to: number): void {
    for (let cell = from; cell < to; cell++) this.#byCell.delete(cell)
  }

  clear(): void {
    this.#byCell.clear()
  }
}
