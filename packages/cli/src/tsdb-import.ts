// `pharos tsdb import-prometheus` and `export-prometheus`, `promtool tsdb create-blocks-from openmetrics`: samples into our
// store and out of it, as blocks, while no server has the directory.
import { type Disk, messageOf, silentLogger, UserError, type World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { createCursor, Entry } from '@pharos/exposition'
import { Labels, type Matcher } from '@pharos/model'
import {
  type BlockSeries,
  findBlocks,
  PrometheusBlock,
  type SeriesSamples,
  writeBlock,
} from '@pharos/prometheus-blocks'
import { Backfill, ReadOnlyTsdb, type SeriesGroup } from '@pharos/tsdb'
import type { Terminal } from './terminal.ts'
import { samplesOf } from './tsdb-source.ts'

const HOUR_MS = 3_600_000
/** Samples of so much time are in memory at once, target by target. */
const IMPORT_MS = 6 * HOUR_MS
/** What Prometheus makes itself of its newest samples; it joins them. */
const EXPORT_MS = 2 * HOUR_MS
/** Largest file of OpenMetrics that is read, in one piece. */
const TEXT_BYTES = 2 ** 31 - 1

/** Copies all blocks of a Prometheus data directory. @returns the exit code */
export async function importPrometheus(
  from: string,
  to: string,
  terminal: Terminal,
): Promise<number> {
  const world = quietWorld()
  const paths = await findBlocks(world.disk, from)
  if (paths.length === 0) {
    throw new UserError(
      'tsdb/open',
      `${from}: no blocks of Prometheus in it; samples of its head come into blocks by a snapshot (POST /api/v1/admin/tsdb/snapshot)`,
    )
  }
  const backfill = await Backfill.open(world, to)
  let failed = 0
  try {
    for (const path of paths) {
      try {
        await importBlock(world.disk, path, backfill, terminal)
      } catch (error) {
        failed++
        terminal.writeError(`${path}: ${messageOf(error)}\n`)
      }
    }
  } finally {
    await backfill.close()
  }
  return failed === 0 ? 0 : 1
}

async function importBlock(
  disk: Disk,
  path: string,
  backfill: Backfill,
  terminal: Terminal,
): Promise<void> {
  const block = await PrometheusBlock.open(disk, path)
  try {
    const series = [...block.series()]
    let samples = 0
    for (const [fromMs, toMs] of windowsOf(block.meta.minTime, block.meta.maxTime, IMPORT_MS)) {
      samples += (await backfill.write(series, fromMs, toMs))?.numSamples ?? 0
    }
    terminal.write(`${block.meta.ulid}: ${series.length} series, ${samples} samples\n`)
  } finally {
    await block.close()
  }
}

/** Writes our samples as blocks of Prometheus into a directory. @returns the exit code */
export async function exportPrometheus(
  from: string,
  to: string,
  matchers: readonly Matcher[],
  minMs: number,
  maxMs: number,
  terminal: Terminal,
): Promise<number> {
  const { clock, disk, random } = quietWorld()
  const store = await ReadOnlyTsdb.open({ clock, disk }, from)
  try {
    await disk.makeDirectory(to)
    const [firstMs, lastMs] = [Math.max(minMs, store.minTimeMs), Math.min(maxMs, store.maxTimeMs)]
    let hasWarnings = false
    for (const [fromMs, toMs] of windowsOf(firstMs, lastMs + 1, EXPORT_MS)) {
      const querier = store.querier(fromMs, toMs - 1)
      try {
        const { groups, warnings } = await querier.select(matchers, {
          startMs: fromMs,
          endMs: toMs - 1,
          stepMs: 0,
          rangeMs: 0,
          func: '',
          grouping: [],
          by: false,
        })
        for (const warning of warnings) terminal.writeError(`${warning}\n`)
        hasWarnings ||= warnings.length > 0
        const world = { disk, random, nowMs: clock.now() }
        const meta = await writeBlock(world, to, seriesOf(groups), fromMs, toMs)
        if (meta === undefined) continue
        const { numSeries, numSamples } = meta.stats
        terminal.write(`${meta.ulid}: ${numSeries} series, ${numSamples} samples\n`)
      } finally {
        querier.close()
      }
    }
    return hasWarnings ? 1 : 0
  } finally {
    store.close()
  }
}

/** Series of a selection in the order of their labels. Each is read once, so the range needs no second look. */
function seriesOf(groups: readonly SeriesGroup[]): BlockSeries[] {
  return groups
    .flatMap((group) =>
      Array.from({ length: group.seriesCount }, (_, series) => ({
        labels: group.labels(series),
        read: () => samplesOf(group, series),
      })),
    )
    .sort((a, b) => Labels.compare(a.labels, b.labels))
}

/** Reads a file of OpenMetrics whose samples have timestamps into our store. @returns the exit code */
export async function importOpenMetrics(
  file: string,
  to: string,
  terminal: Terminal,
): Promise<number> {
  const world = quietWorld()
  const series = readOpenMetrics(await world.disk.readFile(file, TEXT_BYTES))
  let [minMs, maxMs] = [Infinity, -Infinity]
  for (const { times } of series.values()) {
    minMs = Math.min(minMs, times[0]!)
    maxMs = Math.max(maxMs, times.at(-1)!)
  }
  if (series.size === 0) throw new UserError('tsdb/backfill', `${file}: no samples in it`)
  const members = [...series.values()].map(({ labels, times, values }) => ({
    labels,
    read: (fromMs: number, toMs: number) => within(times, values, fromMs, toMs),
  }))
  const backfill = await Backfill.open(world, to)
  try {
    for (const [fromMs, toMs] of windowsOf(minMs, maxMs + 1, IMPORT_MS)) {
      const info = await backfill.write(members, fromMs, toMs)
      if (info === undefined) continue
      terminal.write(`${info.ulid}: ${info.numSeries} series, ${info.numSamples} samples\n`)
    }
  } finally {
    await backfill.close()
  }
  return 0
}

export interface TextSeries {
  readonly labels: Labels
  readonly times: number[]
  readonly values: number[]
}

/** @throws UserError for a sample without time, one before the last of its series, or text that is not OpenMetrics */
function readOpenMetrics(body: Uint8Array): Map<string, TextSeries> {
  const cursor = createCursor(body, 'openmetrics')
  const all = new Map<string, TextSeries>()
  for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next()) {
    if (entry !== Entry.series) continue
    const labels = cursor.labels()
    if (!cursor.hasTimestamp) {
      throw new UserError('tsdb/backfill', `expected timestamp for series ${labels.key}, got none`)
    }
    let series = all.get(labels.key)
    if (series === undefined) all.set(labels.key, (series = { labels, times: [], values: [] }))
    if (cursor.timestampMs <= (series.times.at(-1) ?? -Infinity)) {
      throw new UserError(
        'tsdb/backfill',
        `series ${labels.key}: its times do not ascend at ${cursor.timestampMs}`,
      )
    }
    series.times.push(cursor.timestampMs)
    series.values.push(cursor.value)
  }
  return all
}

/** Samples of ascending times in [fromMs, toMs). */
export function within(
  times: readonly number[],
  values: readonly number[],
  fromMs: number,
  toMs: number,
): SeriesSamples {
  const from = times.findIndex((tMs) => tMs >= fromMs)
  let to = from < 0 ? times.length : from
  while (to < times.length && times[to]! < toMs) to++
  const start = from < 0 ? times.length : from
  const column = new Float64Array(to - start)
  for (let i = start; i < to; i++) column[i - start] = values[i]!
  return { times: Float64Array.from(times.slice(start, to)), values: column, histograms: new Map() }
}

/** Aligned windows that [fromMs, toMs) lies in, cut to it. */
export function* windowsOf(
  fromMs: number,
  toMs: number,
  lengthMs: number,
): Generator<readonly [fromMs: number, toMs: number]> {
  for (let at = Math.floor(fromMs / lengthMs) * lengthMs; at < toMs; at += lengthMs) {
    yield [Math.max(at, fromMs), Math.min(at + lengthMs, toMs)]
  }
}

export function quietWorld(): World {
  return { ...realWorld(), log: silentLogger }
}
