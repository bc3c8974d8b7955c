// `pharos tsdb`: a look at a data directory that no server has open, and what moves samples in and out of it. Only the latter
// write. Where promtool has the command, its output is the same.
import { UserError } from '@pharos/base'
import { createRealDisk, realClock, realWorld } from '@pharos/base/node'
import {
  compareText,
  formatShortest,
  goQuote,
  isAbsent,
  type Labels,
  type Matcher,
  METRIC_NAME,
  type NativeHistogram,
} from '@pharos/model'
import { parseSelector } from '@pharos/promql'
import {
  type BlockInfo,
  ReadOnlyTsdb,
  type SeriesGroup,
  Tsdb,
  type TsdbOptions,
} from '@pharos/tsdb'
import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'
import { exportPrometheus, importPrometheus } from './tsdb-import.ts'

/** Beyond all samples, and far from where sums of times lose digits. */
const ALL_MS = 2 ** 48
const WRITE_CHARACTERS = 64 << 10

export function fillTsdb(tsdb: Command, terminal: Terminal, done: (code: number) => void): void {
  const open = async (
    directory: string,
    look: (store: ReadOnlyTsdb) => Promise<number> | number,
  ): Promise<void> => {
    const disk = createRealDisk()
    const store = await ReadOnlyTsdb.open({ clock: realClock, disk }, directory)
    try {
      done(await look(store))
    } finally {
      store.close()
    }
  }
  tsdb
    .command('verify')
    .description(
      'read every record and compare every checksum; exit code 1 when anything is damaged',
    )
    .argument('<directory>')
    .action((directory: string) => open(directory, (store) => verify(store, terminal)))
  tsdb
    .command('list')
    .description('the blocks')
    .argument('<directory>')
    .option('-r, --human-readable', 'times and sizes for people')
    .action((directory: string, options: { humanReadable?: boolean }) =>
      open(directory, (store) => list(store.blocks, options.humanReadable === true, terminal)),
    )
  tsdb
    .command('analyze')
    .description('which names and labels have most series')
    .argument('<directory>')
    .option('--limit <number>', 'rows of each table', '20')
    .action((directory: string, options: { limit: string }) =>
      open(directory, (store) => analyze(store, countOf(options.limit), terminal)),
    )
  tsdb
    .command('dump')
    .description('samples as text: labels, value, time in milliseconds')
    .argument('<directory>')
    .option('--min-time <ms>', 'first time', String(-ALL_MS))
    .option('--max-time <ms>', 'last time', String(ALL_MS))
    .option('--match <selector>', 'which series', '{__name__=~"(?s:.*)"}')
    .action((directory: string, options: RangeOptions) =>
      open(directory, (store) => {
        const [minMs, maxMs] = [timeOf(options.minTime), timeOf(options.maxTime)]
        return dump(store, parseSelector(options.match), minMs, maxMs, terminal)
      }),
    )
  addMoves(tsdb, terminal, done)
}

/** What changes a data directory, or makes one. */
function addMoves(tsdb: Command, terminal: Terminal, done: (code: number) => void): void {
  tsdb
    .command('repair')
    .description('set damaged files aside and keep what can be read of them')
    .argument('<directory>')
    .action(async (directory: string) => done(await repair(directory, terminal)))
  tsdb
    .command('import-prometheus')
    .description("copy the blocks of a Prometheus' data directory or snapshot into one of ours")
    .argument('<from>', 'with block directories in it')
    .argument('<to>', 'data directory, made when it is missing')
    .action(async (from: string, to: string) => done(await importPrometheus(from, to, terminal)))
  tsdb
    .command('export-prometheus')
    .description('write samples as blocks that Prometheus opens')
    .argument('<from>', 'data directory')
    .argument('<to>', 'directory for the blocks')
    .option('--min-time <ms>', 'first time', String(-ALL_MS))
    .option('--max-time <ms>', 'last time', String(ALL_MS))
    .option('--match <selector>', 'which series', '{__name__=~"(?s:.*)"}')
    .action(async (from: string, to: string, options: RangeOptions) => {
      const [minMs, maxMs] = [timeOf(options.minTime), timeOf(options.maxTime)]
      const matchers = parseSelector(options.match)
      done(await exportPrometheus(from, to, matchers, minMs, maxMs, terminal))
    })
}

async function repair(directory: string, terminal: Terminal): Promise<number> {
  const world = realWorld()
  if ((await world.disk.stat(directory)) === undefined) {
    throw new UserError('flag/invalid', `${directory}: no data directory`)
  }
  const db = await Tsdb.open(world, repairOptions(directory))
  try {
    const repaired = await db.repair()
    for (const name of repaired) terminal.write(`${name}: rewritten without what was damaged\n`)
    terminal.write(
      `${repaired.length} files rewritten; what was set aside is in ${directory}/quarantine\n`,
    )
  } finally {
    await db.close()
  }
  return 0
}

/** Nothing expires and nothing is refused while a directory is repaired. */
function repairOptions(path: string): TsdbOptions {
  return {
    path,
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 2 * 3_600_000,
    maxBlockMs: 2 * 3_600_000,
    walSync: 'interval',
    maxFutureMs: 0,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  }
}

interface RangeOptions {
  readonly minTime: string
  readonly maxTime: string
  readonly match: string
}

function countOf(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text))
    throw new UserError('flag/invalid', `"${text}" is no number of rows`)
  return Number(text)
}

function timeOf(text: string): number {
  if (!/^-?[0-9]{1,16}$/.test(text)) {
    throw new UserError('flag/invalid', `"${text}" is no time in milliseconds`)
  }
  return Number(text)
}

function verify(store: ReadOnlyTsdb, terminal: Terminal): number {
  const tiles = store.verify()
  const { damages, fileCount } = store
  for (const { file, what } of damages) terminal.write(`DAMAGED ${file}: ${what}\n`)
  terminal.write(
    damages.length === 0
      ? `${fileCount} files, ${tiles} tiles of blocks: every checksum is right\n`
      : `${fileCount} files, ${tiles} tiles of blocks: ${damages.length} damages\n`,
  )
  return damages.length === 0 ? 0 : 1
}

const COLUMNS = [
  'BLOCK ULID',
  'MIN TIME',
  'MAX TIME',
  'DURATION',
  'NUM SAMPLES',
  'NUM CHUNKS',
  'NUM SERIES',
  'SIZE',
]

/** A chunk is what one block counts as one: a tile. */
function list(blocks: readonly BlockInfo[], isHuman: boolean, terminal: Terminal): number {
  const time = (ms: number): string =>
    isHuman ? `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC` : String(ms)
  const rows = blocks.map(({ ulid, minTimeMs, maxTimeMs, bytes, ...block }) => [
    ulid,
    time(minTimeMs),
    time(maxTimeMs),
    goDuration(maxTimeMs - minTimeMs),
    String(block.numSamples),
    String(block.numTiles),
    String(block.numSeries),
    isHuman ? bytesText(bytes) : String(bytes),
  ])
  const all = [COLUMNS, ...rows]
  const widths = COLUMNS.map((_, column) =>
    Math.max(13, ...all.map((row) => row[column]!.length + 2)),
  )
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell.padEnd(widths[column]!),
    )
    terminal.write(`${cells.join('')}\n`)
  }
  return 0
}

/** `2h0m0s`, `1m0.001s`, `5ms`: as Go writes durations. */
function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}${ms === 0 ? 's' : 'ms'}`
  const seconds = (ms % 60_000) / 1000
  const minutes = Math.floor(ms / 60_000)
  if (minutes === 0) return `${seconds}s`
  if (minutes < 60) return `${minutes}m${seconds}s`
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}s`
}

/** `4KiB533B`. */
function bytesText(bytes: number): string {
  let text = ''
  let rest = bytes
  for (const unit of ['B', 'KiB', 'MiB', 'GiB', 'TiB']) {
    if (rest % 1024 !== 0) text = `${rest % 1024}${unit}${text}`
    rest = Math.floor(rest / 1024)
  }
  return text === '' ? '0B' : text
}

async function seriesOf(store: ReadOnlyTsdb): Promise<Labels[]> {
  const querier = store.querier(-ALL_MS, ALL_MS)
  try {
    const { groups } = await querier.select([], hintsOf(-ALL_MS, ALL_MS, 'series'))
    return groups.flatMap((group) =>
      Array.from({ length: group.seriesCount }, (_, series) => group.labels(series)),
    )
  } finally {
    querier.close()
  }
}

async function analyze(store: ReadOnlyTsdb, limit: number, terminal: Terminal): Promise<number> {
  const byMetric = new Map<string, number>()
  const byPair = new Map<string, number>()
  const valuesOf = new Map<string, Set<string>>()
  const series = await seriesOf(store)
  for (const labels of series) {
    for (const [name, value] of labels) {
      if (name === METRIC_NAME) byMetric.set(value, (byMetric.get(value) ?? 0) + 1)
      byPair.set(`${name}=${value}`, (byPair.get(`${name}=${value}`) ?? 0) + 1)
      const values = valuesOf.get(name)
      if (values === undefined) valuesOf.set(name, new Set([value]))
      else values.add(value)
    }
  }
  const lengths = [...valuesOf].map(([name, values]): [string, number] => [
    name,
    [...values].reduce((sum, value) => sum + value.length, 0),
  ])
  const counts = [...valuesOf].map(([name, values]): [string, number] => [name, values.size])
  const samples = store.blocks.reduce((sum, { numSamples }) => sum + numSamples, 0)
  const bytes = store.blocks.reduce((sum, block) => sum + block.bytes, 0)
  terminal.write(`Blocks: ${store.blocks.length}, ${samples} samples in ${bytes} bytes\n`)
  terminal.write(`Series: ${series.length}\nLabel names: ${valuesOf.size}\n`)
  terminal.write(`Postings (unique label pairs): ${byPair.size}\n`)
  const table = (title: string, rows: Iterable<[string, number]>): void => {
    terminal.write(`\n${title}:\n`)
    const sorted = [...rows].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]))
    for (const [name, count] of sorted.slice(0, limit)) terminal.write(`${count} ${name}\n`)
  }
  table('Most common label pairs', byPair)
  table('Label names with highest cumulative label value length', lengths)
  table('Highest cardinality labels', counts)
  table('Highest cardinality metric names', byMetric)
  return 0
}

async function dump(
  store: ReadOnlyTsdb,
  matchers: readonly Matcher[],
  minMs: number,
  maxMs: number,
  terminal: Terminal,
): Promise<number> {
  const querier = store.querier(minMs, maxMs)
  let text = ''
  try {
    const { groups, warnings } = await querier.select(matchers, hintsOf(minMs, maxMs, ''))
    for (const warning of warnings) terminal.writeError(`${warning}\n`)
    const all = groups.flatMap((group) =>
      Array.from({ length: group.seriesCount }, (_, series) => ({
        group,
        series,
        name: labelsText(group.labels(series)),
      })),
    )
    for (const { group, series, name } of all.sort((a, b) => compareText(a.name, b.name))) {
      for (const line of linesOf(group, series, name)) {
        text += line
        if (text.length < WRITE_CHARACTERS) continue
        terminal.write(text)
        text = ''
      }
    }
    terminal.write(text)
    return warnings.length === 0 ? 0 : 1
  } finally {
    querier.close()
  }
}

function* linesOf(group: SeriesGroup, series: number, name: string): Generator<string> {
  const { times } = group
  const values = new Float64Array(times.length)
  const histograms: (NativeHistogram | undefined)[] = []
  group.readValues(series, values)
  group.readHistograms(series, histograms)
  for (let i = 0; i < times.length; i++) {
    const histogram = histograms[i]
    if (histogram !== undefined) yield `${name} ${JSON.stringify(histogram)} ${times[i]}\n`
    else if (!isAbsent(values[i]!)) yield `${name} ${formatShortest(values[i]!)} ${times[i]}\n`
  }
}

function labelsText(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${goQuote(value)}`).join(', ')}}`
}

function hintsOf(startMs: number, endMs: number, func: string) {
  return { startMs, endMs, stepMs: 0, rangeMs: 0, func, grouping: [], by: false }
}
