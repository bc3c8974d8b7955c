// `list`, `analyze`, `dump` and `dump-openmetrics`, under `pharos tsdb` and under `pharos promtool tsdb`, with promtool's arguments
// and output, on data directories of Pharos and of Prometheus.
import { UserError } from '@pharos/base'
import {
  compareText,
  formatShortest,
  goQuote,
  isStale,
  type Labels,
  type Matcher,
  METRIC_NAME,
} from '@pharos/model'
import { histogramText, parseSelector } from '@pharos/promql'
import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'
import {
  ALL_MS,
  type BlockMember,
  openSource,
  type SourceBlock,
  type TsdbSource,
} from './tsdb-source.ts'

const FULL_CHUNK_SAMPLES = 120
const FULLNESS_ROWS = 10
const WRITE_CHARACTERS = 64 << 10

interface RangeOptions {
  readonly minTime: string
  readonly maxTime: string
  readonly match: string
}

interface AnalyzeOptions {
  readonly limit: string
  readonly extended?: boolean
}

export function addTsdbViews(
  tsdb: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  const open = async (
    directory: string,
    look: (source: TsdbSource) => Promise<number> | number,
  ): Promise<void> => {
    const source = await openSource(directory)
    try {
      done(await look(source))
    } finally {
      await source.close()
    }
  }
  tsdb
    .command('list')
    .description('the blocks')
    .argument('[directory]', 'data directory', 'data/')
    .option('-r, --human-readable', 'times and sizes for people')
    .action((directory: string, options: { humanReadable?: boolean }) =>
      open(directory, ({ blocks }) => list(blocks, options.humanReadable === true, terminal)),
    )
  tsdb
    .command('analyze')
    .description('which names and labels of a block have most series, and which churn')
    .argument('[directory]', 'data directory', 'data/')
    .argument('[block]', 'which block; the last one when missing')
    .option('--limit <number>', 'rows of each table', '20')
    .option('--extended', "how full a block's chunks are; blocks of Prometheus only")
    .action((directory: string, block: string | undefined, options: AnalyzeOptions) => {
      const limit = countOf(options.limit)
      return open(directory, (source) =>
        analyze(source, block, limit, options.extended === true, terminal),
      )
    })
  const dumped = (
    name: string,
    description: string,
    print: (labels: Labels, samples: Samples) => Iterable<string>,
    end: string,
  ): void => {
    tsdb
      .command(name)
      .description(description)
      .argument('[directory]', 'data directory', 'data/')
      .option('--min-time <ms>', 'first time', String(-ALL_MS))
      .option('--max-time <ms>', 'last time', String(ALL_MS))
      .option('--match <selector>', 'which series', '{__name__=~"(?s:.*)"}')
      .option('--sandbox-dir-root <directory>', 'accepted')
      .action((directory: string, { minTime, maxTime, match }: RangeOptions) => {
        const [minMs, maxMs] = [timeOf(minTime), timeOf(maxTime)]
        const matchers = parseSelector(match)
        return open(directory, (source) =>
          dump(source, { matchers, minMs, maxMs, print, end }, terminal),
        )
      })
  }
  dumped('dump', 'samples as text: labels, value, time in milliseconds', textLines, '')
  dumped(
    'dump-openmetrics',
    'samples as OpenMetrics text, without histograms and stale markers',
    openMetricsLines,
    '# EOF\n',
  )
}

function countOf(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text))
    throw new UserError('flag/invalid', `"${text}" is no number of rows`)
  return Number(text)
}

/** ms; what no sample can have counts as the first or last that one can have. */
export function timeOf(text: string): number {
  if (!/^-?[0-9]{1,19}$/.test(text)) {
    throw new UserError('flag/invalid', `"${text}" is no time in milliseconds`)
  }
  return Math.max(-ALL_MS, Math.min(ALL_MS, Number(text)))
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

/** A chunk is what one block counts as one: a tile of ours. */
function list(blocks: readonly SourceBlock[], isHuman: boolean, terminal: Terminal): number {
  const time = (ms: number): string =>
    isHuman ? `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC` : String(ms)
  const rows = blocks.map(({ ulid, minTimeMs, maxTimeMs, bytes, ...block }) => [
    ulid,
    time(minTimeMs),
    time(maxTimeMs),
    goDuration(maxTimeMs - minTimeMs),
    String(block.numSamples),
    String(block.numChunks),
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

/** Sums by name. */
class Tally {
  readonly #sums = new Map<string, number>()

  add(name: string, amount: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + amount)
  }

  get size(): number {
    return this.#sums.size
  }

  /** Largest first. */
  rows(limit: number, per: number = 1): string[] {
    return [...this.#sums]
      .map(([name, sum]): [string, number] => [name, Math.floor(sum / per)])
      .sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]))
      .slice(0, limit)
      .map(([name, sum]) => `${sum} ${name}\n`)
  }
}

async function analyze(
  source: TsdbSource,
  ulid: string | undefined,
  limit: number,
  isExtended: boolean,
  terminal: Terminal,
): Promise<number> {
  const block =
    ulid === undefined ? source.blocks.at(-1) : source.blocks.find((one) => one.ulid === ulid)
  if (block === undefined) throw new UserError('tsdb/open', `block ${ulid ?? ''} not found`)
  const durationMs = block.maxTimeMs - block.minTimeMs
  const members = await source.members(block)
  const byMetric = new Tally()
  const byPair = new Tally()
  const uncoveredByPair = new Tally()
  const uncoveredByName = new Tally()
  const valuesOf = new Map<string, Set<string>>()
  let pairs = 0
  for (const { labels, firstMs, lastMs } of members) {
    // Time of the block in which the series has no samples before or after its own.
    const uncoveredMs = durationMs - (lastMs - firstMs)
    for (const [name, value] of labels) {
      pairs++
      if (name === METRIC_NAME) byMetric.add(value, 1)
      byPair.add(`${name}=${value}`, 1)
      uncoveredByPair.add(`${name}=${value}`, uncoveredMs)
      uncoveredByName.add(name, uncoveredMs)
      const values = valuesOf.get(name)
      if (values === undefined) valuesOf.set(name, new Set([value]))
      else values.add(value)
    }
  }
  const lengths = new Tally()
  const counts = new Tally()
  for (const [name, values] of valuesOf) {
    counts.add(name, values.size)
    for (const value of values) lengths.add(name, Buffer.byteLength(value))
  }
  const tables: [string, string[]][] = [
    ['Label pairs most involved in churning', uncoveredByPair.rows(limit, durationMs)],
    ['Label names most involved in churning', uncoveredByName.rows(limit, durationMs)],
    ['Most common label pairs', byPair.rows(limit)],
    ['Label names with highest cumulative label value length', lengths.rows(limit)],
    ['Highest cardinality labels', counts.rows(limit)],
    ['Highest cardinality metric names', byMetric.rows(limit)],
  ]
  terminal.write(headOf(block, durationMs, members, valuesOf.size, byPair.size, pairs))
  for (const [title, rows] of tables) terminal.write(`\n${title}:\n${rows.join('')}`)
  if (isExtended) terminal.write(fullnessText(members))
  return 0
}

/** @source promtool's analyzeCompaction */
function fullnessText(members: readonly BlockMember[]): string {
  const counts = Array.from({ length: FULLNESS_ROWS }, () => 0)
  let chunks = 0
  for (const { chunkSamples } of members) {
    if (chunkSamples === undefined)
      throw new UserError(
        'flag/invalid',
        '--extended is for blocks of Prometheus: a tile of ours has the rows of all series of a target, so there are no chunks that could be half full',
      )
    for (const samples of chunkSamples()) {
      const full = Math.min(samples, FULL_CHUNK_SAMPLES)
      counts[Math.ceil((FULLNESS_ROWS * full) / FULL_CHUNK_SAMPLES) - 1]!++
      chunks++
    }
  }
  const rows = counts.map((count, i) => {
    const percentage = chunks === 0 ? 0 : Math.floor((100 * count) / chunks)
    return `${String((i + 1) * 10).padStart(7)}%: ${'#'.repeat(percentage)}\n`
  })
  return `\nCompaction analysis:\nFullness: Amount of samples in chunks (100% is 120 samples)\n${rows.join('')}`
}

function headOf(
  { ulid }: SourceBlock,
  durationMs: number,
  members: readonly BlockMember[],
  names: number,
  uniquePairs: number,
  pairs: number,
): string {
  return [
    `Block ID: ${ulid}`,
    `Duration: ${goDuration(durationMs)}`,
    `Series: ${members.length}`,
    `Label names: ${names}`,
    `Postings (unique label pairs): ${uniquePairs}`,
    `Postings entries (total label pairs): ${pairs}\n`,
  ].join('\n')
}

type Samples = ReturnType<Awaited<ReturnType<TsdbSource['select']>>[number]['read']>

interface Dump {
  readonly matchers: readonly Matcher[]
  readonly minMs: number
  readonly maxMs: number
  readonly print: (labels: Labels, samples: Samples) => Iterable<string>
  readonly end: string
}

async function dump(
  source: TsdbSource,
  { matchers, minMs, maxMs, print, end }: Dump,
  terminal: Terminal,
): Promise<number> {
  let missing = 0
  const all = await source.select(matchers, minMs, maxMs, (text) => {
    missing++
    terminal.writeError(`${text}\n`)
  })
  let text = ''
  for (const { labels, read } of all) {
    for (const line of print(labels, read())) {
      text += line
      if (text.length < WRITE_CHARACTERS) continue
      terminal.write(text)
      text = ''
    }
  }
  terminal.write(text + end)
  return missing === 0 ? 0 : 1
}

function* textLines(labels: Labels, { times, values, histograms }: Samples): Generator<string> {
  const name = `{${[...labels].map(([label, value]) => `${label}=${goQuote(value)}`).join(', ')}}`
  for (let i = 0; i < times.length; i++) {
    const histogram = histograms.get(i)
    const value = histogram === undefined ? formatShortest(values[i]!) : histogramText(histogram)
    yield `${name} ${value} ${times[i]}\n`
  }
}

function* openMetricsLines(
  labels: Labels,
  { times, values, histograms }: Samples,
): Generator<string> {
  const own = [...labels].filter(([label]) => label !== METRIC_NAME)
  const pairs = own.map(([label, value]) => `${label}="${escaped(value)}"`).join(',')
  const name = `${labels.get(METRIC_NAME)}${own.length === 0 ? '' : `{${pairs}}`}`
  for (let i = 0; i < times.length; i++) {
    if (histograms.has(i) || isStale(values[i]!)) continue
    yield `${name} ${formatShortest(values[i]!)} ${(times[i]! / 1000).toFixed(3)}\n`
  }
}

/** @source OpenMetrics 1.0, escaped-string */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
