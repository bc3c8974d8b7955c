// All active targets as `/api/v1/targets/columns` answers them: columns by pool, which ten thousand targets fit in.
import type { Health, LabelSet } from './api-types.ts'

/** Of one scrape pool: each column has a value for each target, in one order. */
export interface TargetColumns {
  readonly name: string
  readonly labelNames: readonly string[]
  /** A column for each name; '' where a target lacks the label. */
  readonly labels: readonly (readonly string[])[]
  readonly scrapeUrl: readonly string[]
  readonly health: readonly Health[]
  /** By the place of the target, of those that failed. */
  readonly lastError: Readonly<Record<number, string>>
  /** ms since 1970; null before the first scrape. */
  readonly lastScrapeMs: readonly (number | null)[]
  readonly lastScrapeDurationMs: readonly number[]
}

export interface TargetColumnsData {
  readonly pools: readonly TargetColumns[]
  readonly droppedTargetCounts: Readonly<Record<string, number>>
}

export function targetLabels({ labelNames, labels }: TargetColumns, place: number): LabelSet {
  const set: Record<string, string> = {}
  labelNames.forEach((name, column) => {
    const value = labels[column]![place]!
    if (value !== '') set[name] = value
  })
  return set
}

/** Tells a target of a pool from the others. */
export function targetKey({ name, scrapeUrl, labels }: TargetColumns, place: number): string {
  return JSON.stringify([name, scrapeUrl[place], ...labels.map((column) => column[place])])
}

export function hasLabels(one: LabelSet, other: LabelSet): boolean {
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  )
}

export function healthCounts(pools: readonly TargetColumns[]): Record<Health, number> {
  const counts: Record<Health, number> = { up: 0, down: 0, unknown: 0 }
  for (const { health } of pools) for (const one of health) counts[one]++
  return counts
}

/**
 * Which targets of a pool hold a word in their address, their error or a label, which may be asked for as `name=value` or
 * `name="value"`. Columns are put into lower case once, when something is looked for.
 */
export class TargetSearch {
  readonly #columns: TargetColumns
  #lower: Pick<TargetColumns, 'labelNames' | 'labels' | 'scrapeUrl'> | undefined

  constructor(columns: TargetColumns) {
    this.#columns = columns
  }

  /** @param word  in lower case, without a space */
  holds(word: string): (place: number) => boolean {
    this.#lower ??= lowerCase(this.#columns)
    const { lastError } = this.#columns
    const { labelNames, labels, scrapeUrl } = this.#lower
    const isPair = /[="]/.test(word)
    const tests = labels.map((column, at): ((place: number) => boolean) => {
      const name = labelNames[at]!
      if (name.includes(word)) return (place) => column[place] !== ''
      if (!isPair) return (place) => column[place]!.includes(word)
      return (place) => {
        const value = column[place]!
        return value !== '' && `${name}=${value} ${name}="${value}"`.includes(word)
      }
    })
    return (place) =>
      scrapeUrl[place]!.includes(word) ||
      tests.some((test) => test(place)) ||
      (lastError[place]?.toLowerCase().includes(word) ?? false)
  }
}

function lowerCase({ labelNames, labels, scrapeUrl }: TargetColumns) {
  const lower = (texts: readonly string[]) => texts.map((text) => text.toLowerCase())
  return { labelNames: lower(labelNames), labels: labels.map(lower), scrapeUrl: lower(scrapeUrl) }
}
