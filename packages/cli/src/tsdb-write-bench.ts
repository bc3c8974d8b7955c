// `promtool tsdb bench write`: how many samples a second the store takes on this machine, without HTTP in front of it.
import { type Clock, UserError } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { Labels, METRIC_NAME } from '@pharos/model'
import { type GroupAppender, Tsdb } from '@pharos/tsdb'
import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'

/** So much lies between two scrapes, and so many series come in one. */
const SCRAPE_MS = 30_000
const GROUP_SERIES = 1000
const HOUR_MS = 3_600_000
const FILE_BYTES = 1 << 30

interface BenchOptions {
  readonly out: string
  readonly metrics: string
  readonly scrapes: string
}

export function addWriteBench(
  tsdb: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  tsdb
    .command('bench')
    .description('benchmarks')
    .command('write')
    .description('how many samples a second are written')
    .argument('[file]', 'labels as JSON, a series a line; made up when missing')
    .option('--out <directory>', 'where it writes; what was there is removed', 'benchout')
    .option('--metrics <number>', 'series', '10000')
    .option('--scrapes <number>', 'scrapes to simulate', '3000')
    .action(async (file: string | undefined, options: BenchOptions) =>
      done(await benchWrite(file, options, terminal)),
    )
}

async function benchWrite(
  file: string | undefined,
  options: BenchOptions,
  terminal: Terminal,
): Promise<number> {
  const world = realWorld({ level: 'error', format: 'logfmt' })
  const { disk, clock } = world
  const [metrics, scrapes] = [
    countOf('metrics', options.metrics),
    countOf('scrapes', options.scrapes),
  ]
  const stage = async <T>(name: string, work: () => Promise<T>): Promise<[T, number]> => {
    const startMs = clock.monotonicMs()
    terminal.write(`>> start stage=${name}\n`)
    const found = await work()
    const seconds = (clock.monotonicMs() - startMs) / 1000
    terminal.write(`>> completed stage=${name} duration=${seconds.toFixed(3)}s\n`)
    return [found, seconds]
  }
  const [all] = await stage('readData', async () =>
    file === undefined
      ? madeUp(metrics)
      : labelsIn(new TextDecoder().decode(await disk.readFile(file, FILE_BYTES)), metrics, file),
  )
  const path = `${options.out}/storage`
  await disk.removeTree(path)
  await disk.makeDirectory(path)
  const db = await Tsdb.open(world, {
    path,
    retentionMs: 15 * 24 * HOUR_MS,
    retentionBytes: 0,
    minBlockMs: 2 * HOUR_MS,
    maxBlockMs: 36 * HOUR_MS,
    walSync: 'interval',
    maxFutureMs: 0,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  const [samples, seconds] = await stage('ingestScrapes', () => ingest(db, all, scrapes, clock))
  terminal.write(` > total samples: ${samples}\n`)
  terminal.write(` > samples/sec: ${samples / seconds}\n`)
  await stage('stopStorage', () => db.close())
  return 0
}

/** @returns how many samples were taken, all of which are on disk */
async function ingest(
  db: Tsdb,
  all: readonly Labels[],
  scrapes: number,
  clock: Clock,
): Promise<number> {
  const groups: { group: GroupAppender; row: Float64Array }[] = []
  for (let from = 0; from < all.length; from += GROUP_SERIES) {
    const group = db.group(Labels.from({ job: 'bench', instance: String(from) }), 'scrape')
    const members = all.slice(from, from + GROUP_SERIES)
    for (const labels of members) group.column(labels)
    groups.push({ group, row: Float64Array.from(members, (_, i) => 123_456_789 + from + i) })
  }
  const startMs = clock.now() - scrapes * SCRAPE_MS
  let samples = 0
  for (let scrape = 0; scrape < scrapes; scrape++) {
    for (const { group, row } of groups) {
      for (let c = 0; c < row.length; c++) row[c]! += 1000
      if (group.appendRow(startMs + scrape * SCRAPE_MS, row) === 0) samples += group.columnCount
    }
    // Sealing and compaction go on beside, as they do in a server.
    if (scrape % 10 === 0) await clock.sleep(0)
  }
  await db.sync()
  return samples
}

function madeUp(count: number): Labels[] {
  return Array.from({ length: count }, (_, i) =>
    Labels.from({
      [METRIC_NAME]: `bench_metric_${i % 100}`,
      job: 'bench',
      instance: `host-${Math.floor(i / 500)}:9100`,
      series: String(i),
    }),
  )
}

/** @throws UserError `tsdb/backfill` for a line that is no object of texts */
function labelsIn(text: string, most: number, file: string): Labels[] {
  const all: Labels[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (all.length === most) break
    if (line.trim() === '') continue
    try {
      const found: unknown = JSON.parse(line)
      if (typeof found !== 'object' || found === null) throw new SyntaxError('no object')
      all.push(Labels.of(Object.entries(found).map(([name, value]) => [name, String(value)])))
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause
      throw new UserError('tsdb/backfill', `${file}:${i + 1}: labels want JSON, {"__name__":"x"}`, {
        cause,
      })
    }
  }
  if (all.length === 0) throw new UserError('tsdb/backfill', `${file}: there are no labels in it`)
  return all
}

function countOf(flag: string, text: string): number {
  const count = Number(text)
  if (!/^\d{1,9}$/.test(text) || count === 0)
    throw new UserError('flag/invalid', `--${flag} wants a number above 0, has "${text}"`)
  return count
}
