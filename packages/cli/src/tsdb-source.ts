// A data directory to look at, of Pharos or of Prometheus: its blocks and its samples, while no server has it open.
import { type Disk, UserError } from '@pharos/base'
import { createRealDisk, realClock } from '@pharos/base/node'
import { isAbsent, Labels, type Matcher } from '@pharos/model'
import { findBlocks, PrometheusBlock, type SeriesSamples } from '@pharos/prometheus-blocks'
import { type BlockInfo, type Querier, ReadOnlyTsdb, type SeriesGroup } from '@pharos/tsdb'

/** Beyond all samples, and far from where sums of times lose digits. */
export const ALL_MS: number = 2 ** 48

/** One series with all its samples in the range that was asked for. */
interface SourceSeries {
  readonly labels: Labels
  readonly read: () => SeriesSamples
}

/** A series of a block, and which part of the block's time it covers. */
export interface BlockMember {
  readonly labels: Labels
  readonly firstMs: number
  readonly lastMs: number
  /** How many samples each of its chunks has; tiles of ours, which the series of a target share, have no such number. */
  readonly chunkSamples?: () => number[]
}

/** The fields of a block; a chunk is what its store counts as one. */
export type SourceBlock = Omit<BlockInfo, 'level' | 'numTiles' | 'stepMs'> & {
  readonly numChunks: number
}

export interface TsdbSource {
  /** Oldest first. */
  readonly blocks: readonly SourceBlock[]
  /** Series of one block. */
  members(block: SourceBlock): Promise<readonly BlockMember[]>
  /**
   * Series that satisfy all matchers and have samples in [minMs, maxMs], in the order of their labels.
   * @param warn  called with what could not be read
   */
  select(
    matchers: readonly Matcher[],
    minMs: number,
    maxMs: number,
    warn: (text: string) => void,
  ): Promise<readonly SourceSeries[]>
  close(): Promise<void>
}

/** @throws UserError, or OutsideError of the store, for what is no data directory */
export async function openSource(directory: string): Promise<TsdbSource> {
  const disk = createRealDisk()
  const path = directory.replace(/(?<=.)\/+$/, '')
  if ((await disk.stat(path)) === undefined) {
    throw new UserError('tsdb/open', `${path}: no data directory`)
  }
  const blocks = await findBlocks(disk, path)
  const names = await disk.list(path)
  // A new Prometheus has no block yet, but folders that a Pharos has not.
  if (blocks.length > 0 || names.includes('chunks_head')) return prometheusSource(disk, blocks)
  return pharosSource(await ReadOnlyTsdb.open({ clock: realClock, disk }, path))
}

function pharosSource(store: ReadOnlyTsdb): TsdbSource {
  const selected = async (
    querier: Querier,
    matchers: readonly Matcher[],
    minMs: number,
    maxMs: number,
    warn: (text: string) => void,
  ): Promise<SourceSeries[]> => {
    try {
      const { groups, warnings } = await querier.select(matchers, hintsOf(minMs, maxMs))
      warnings.forEach(warn)
      return groups.flatMap(membersOf).sort((a, b) => Labels.compare(a.labels, b.labels))
    } finally {
      querier.close()
    }
  }
  return {
    blocks: store.blocks.map(({ numTiles, ...block }) => ({ ...block, numChunks: numTiles })),
    async members({ ulid }) {
      const querier = store.blockQuerier(ulid)
      const series = await selected(querier, [], -ALL_MS, ALL_MS, () => {})
      return series.map(({ labels, read }) => {
        const { times } = read()
        return { labels, firstMs: times[0] ?? 0, lastMs: times.at(-1) ?? 0 }
      })
    },
    select: (matchers, minMs, maxMs, warn) =>
      selected(store.querier(minMs, maxMs), matchers, minMs, maxMs, warn),
    close: async () => store.close(),
  }
}

async function prometheusSource(disk: Disk, paths: readonly string[]): Promise<TsdbSource> {
  const opened: { block: PrometheusBlock; info: SourceBlock }[] = []
  const close = async (): Promise<void> => {
    for (const { block } of opened) await block.close()
  }
  try {
    for (const path of paths) {
      const block = await PrometheusBlock.open(disk, path)
      const { ulid, minTime, maxTime, stats } = block.meta
      const bytes = await folderBytes(disk, path)
      const times = { minTimeMs: minTime, maxTimeMs: maxTime }
      opened.push({ block, info: { ulid, ...times, ...stats, bytes } })
    }
  } catch (error) {
    await close()
    throw error
  }
  opened.sort((a, b) => a.info.minTimeMs - b.info.minTimeMs)
  return {
    blocks: opened.map(({ info }) => info),
    async members({ ulid }) {
      const one = opened.find(({ info }) => info.ulid === ulid)!
      return [...one.block.series()]
    },
    async select(matchers, minMs, maxMs) {
      const found = new Map<string, { labels: Labels; reads: (() => SeriesSamples)[] }>()
      for (const { block, info } of opened) {
        if (info.minTimeMs > maxMs || info.maxTimeMs <= minMs) continue
        for (const { labels, read } of block.series()) {
          if (!matchers.every((one) => one.matches(labels.get(one.name)))) continue
          let series = found.get(labels.key)
          if (series === undefined) found.set(labels.key, (series = { labels, reads: [] }))
          series.reads.push(() => read(minMs, maxMs + 1))
        }
      }
      return [...found.values()]
        .map(({ labels, reads }) => ({ labels, read: () => joined(reads.map((read) => read())) }))
        .sort((a, b) => Labels.compare(a.labels, b.labels))
    },
    close,
  }
}

/** Samples of one series in several blocks; of two of one time the first stays. */
function joined(parts: readonly SeriesSamples[]): SeriesSamples {
  if (parts.length === 1) return parts[0]!
  const rows = parts
    .flatMap((part) => Array.from(part.times, (tMs, row) => ({ tMs, part, row })))
    .sort((a, b) => a.tMs - b.tMs)
    .filter(({ tMs }, i, all) => i === 0 || tMs !== all[i - 1]!.tMs)
  const values = new Float64Array(rows.length)
  const histograms = new Map(
    rows.flatMap(({ part, row }, i) => {
      values[i] = part.values[row]!
      const histogram = part.histograms.get(row)
      return histogram === undefined ? [] : [[i, histogram] as const]
    }),
  )
  return { times: Float64Array.from(rows, ({ tMs }) => tMs), values, histograms }
}

function membersOf(group: SeriesGroup): SourceSeries[] {
  return Array.from({ length: group.seriesCount }, (_, series) => ({
    labels: group.labels(series),
    read: () => samplesOf(group, series),
  }))
}

/** Samples of one series of a selection, without the times at which it has none. */
export function samplesOf(group: SeriesGroup, series: number): SeriesSamples {
  const count = group.times.length
  const values = new Float64Array(count)
  const all: Parameters<SeriesGroup['readHistograms']>[1] = []
  group.readValues(series, values)
  group.readHistograms(series, all)
  const times = new Float64Array(count)
  const histograms = new Map<number, NonNullable<(typeof all)[number]>>()
  let kept = 0
  for (let row = 0; row < count; row++) {
    const histogram = all[row]
    if (histogram === undefined && isAbsent(values[row]!)) continue
    if (histogram !== undefined) histograms.set(kept, histogram)
    times[kept] = group.times[row]!
    values[kept++] = values[row]!
  }
  return { times: times.subarray(0, kept), values: values.subarray(0, kept), histograms }
}

function hintsOf(startMs: number, endMs: number): Parameters<Querier['select']>[1] {
  return { startMs, endMs, stepMs: 0, rangeMs: 0, func: '', grouping: [], by: false }
}

async function folderBytes(disk: Disk, path: string): Promise<number> {
  let bytes = 0
  for (const name of await disk.list(path)) {
    const info = await disk.stat(`${path}/${name}`)
    if (info?.isDirectory === true) bytes += await folderBytes(disk, `${path}/${name}`)
    else bytes += info?.bytes ?? 0
  }
  return bytes
}
