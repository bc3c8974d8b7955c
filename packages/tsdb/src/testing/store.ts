// What the tests of this room have in common: options, and a store's content as plain data.

import { isAbsent, isStale, type Matcher, type NativeHistogram } from '@pharos/model'
import type { Querier, SelectHints } from '../querier.ts'
import type { TsdbOptions } from '../tsdb-options.ts'

const HOUR_MS = 3_600_000

export function options(changes: Partial<TsdbOptions> = {}): TsdbOptions {
  return {
    path: '/data',
    retentionMs: 15 * 24 * HOUR_MS,
    retentionBytes: 0,
    minBlockMs: 2 * HOUR_MS,
    maxBlockMs: 36 * HOUR_MS,
    walSync: 'interval',
    maxFutureMs: 600_000,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
    ...changes,
  }
}

interface Readable {
  querier(minMs: number, maxMs: number): Querier
}

export function hints(startMs: number, endMs: number): SelectHints {
  return { startMs, endMs, stepMs: 0, rangeMs: 0, func: '', grouping: [], by: false }
}

/** Bits of each sample by series and time; histograms as JSON. ABSENT is left out. */
export type Content = Map<string, Map<number, bigint | string>>

/** Warnings go to `warnings`, or are failures when it is not given. */
export async function everything(
  db: Readable,
  warnings?: string[],
  matchers: readonly Matcher[] = [],
): Promise<Content> {
  const querier = db.querier(-1e15, 1e15)
  try {
    return await contentOf(querier, warnings, matchers)
  } finally {
    querier.close()
  }
}

/** The same of a querier that is there already. */
export async function contentOf(
  querier: Querier,
  warnings?: string[],
  matchers: readonly Matcher[] = [],
): Promise<Content> {
  const [minMs, maxMs] = [-1e15, 1e15]
  const selection = await querier.select(matchers, hints(minMs, maxMs))
  if (warnings !== undefined) warnings.push(...selection.warnings)
  else if (selection.warnings.length > 0) throw new Error(selection.warnings.join('\n'))
  const { groups } = selection
  const content: Content = new Map()
  for (const group of groups) {
    const values = new Float64Array(group.times.length)
    const bits = new BigUint64Array(values.buffer)
    const histograms: (NativeHistogram | undefined)[] = []
    for (let s = 0; s < group.seriesCount; s++) {
      const name = textOf(group.labels(s))
      if (content.has(name)) throw new Error(`${name} came twice`)
      const samples = new Map<number, bigint | string>()
      group.readValues(s, values)
      group.readHistograms(s, histograms)
      for (let i = 0; i < values.length; i++) {
        const h = histograms[i]
        if (h !== undefined) samples.set(group.times[i]!, histogramText(h))
        else if (!isAbsent(values[i]!)) samples.set(group.times[i]!, bits[i]!)
      }
      if (samples.size > 0) content.set(name, samples)
    }
  }
  return content
}

/** The same for people: `offset:value` after `baseMs`. */
export async function shown(db: Readable, baseMs: number): Promise<Record<string, string>> {
  const words = new BigUint64Array(1)
  const value = new Float64Array(words.buffer)
  const text = (bits: bigint | string): string => {
    if (typeof bits === 'string') return bits
    words[0] = bits
    return isStale(value[0]!) ? 'stale' : String(value[0])
  }
  const lines: Record<string, string> = {}
  for (const [name, samples] of await everything(db)) {
    lines[name] = [...samples].map(([t, bits]) => `${t - baseMs}:${text(bits)}`).join(' ')
  }
  return lines
}

/** One of a row of histograms that differ. */
export function histogramOf(i: number): NativeHistogram {
  return {
    schema: 1,
    zeroThreshold: 0.001,
    zeroCount: i,
    count: 10 + i,
    sum: i / 3,
    positiveSpans: [{ offset: -1, length: 2 }],
    positiveBuckets: [i, 10],
    negativeSpans: [],
    negativeBuckets: [],
    customValues: [],
    counterResetHint: 'unknown',
  }
}

/** The same text for the same histogram, whatever the order of its keys. */
export function histogramText(h: NativeHistogram): string {
  return JSON.stringify(Object.entries(h).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export function textOf(labels: Iterable<[string, string]>): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}
