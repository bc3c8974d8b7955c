// How much disk does downsampling give back, next to what is computed from the number of numbers that it keeps?
import { SimDisk, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { Backfill, type BlockInfo, Tsdb } from '@pharos/tsdb'
import type { Bench, Size } from './measure.ts'
import { hostSeries, serviceSeries, type SeriesSet } from './stored-data.ts'

const SCRAPE_MS = 15_000
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const START_MS = 1_767_225_600_000
/** What is kept of a step of a series that moves: two samples, count, sum, least, greatest and what a counter lost. */
const NUMBERS_OF_STEP = 7
/** Numbers that are further apart cost more, and so do tiles that are not full. */
const SLACK = 1.25
/** Names cost the same whatever is kept of their samples. */
const NAME_BYTES = 200
const TIERS = [
  { afterMs: DAY_MS, stepMs: 5 * MINUTE_MS },
  { afterMs: 2 * DAY_MS, stepMs: 60 * MINUTE_MS },
]

interface Load {
  readonly name: string
  readonly set: SeriesSet
}

/** Blocks of six hours with what the set's series are, and nothing else. */
async function filled({ name, set }: Load, days: number): Promise<SimDisk> {
  const world = simWorld({ startMs: START_MS + days * DAY_MS })
  const backfill = await Backfill.open(world, '/data')
  const blockMs = DAY_MS / 4
  const rows = blockMs / SCRAPE_MS
  const histograms = new Map()
  for (let fromMs = START_MS; fromMs < START_MS + days * DAY_MS; fromMs += blockMs) {
    const times = Float64Array.from({ length: rows }, (_, i) => fromMs + i * SCRAPE_MS)
    const columns = set.labels.map(() => new Float64Array(rows))
    for (let i = 0; i < rows; i++) {
      const row = set.next()
      for (let c = 0; c < columns.length; c++) columns[c]![i] = row[c]!
    }
    const series = columns.map((values, c) => ({
      labels: Labels.from({ __name__: `${name}_${c}`, job: name, instance: 'a:9100' }),
      read: () => ({ times, values, histograms }),
    }))
    await backfill.write(series, fromMs, fromMs + blockMs)
  }
  await backfill.close()
  return world.disk
}

interface Held {
  readonly bytes: number
  readonly samples: number
}

function sumOf(blocks: readonly BlockInfo[], series: number): Held {
  // What says that time goes on is not counted.
  const own = blocks.filter(({ numSeries }) => numSeries >= series)
  return {
    bytes: own.reduce((sum, block) => sum + block.bytes, 0),
    samples: own.reduce((sum, block) => sum + block.numSamples, 0),
  }
}

/** What the same samples take in blocks as they are, and thinned out by each tier. */
async function held(load: Load, days: number): Promise<Held[]> {
  const disk = await filled(load, days)
  const found: Held[] = []
  for (let tiers = 0; tiers <= TIERS.length; tiers++) {
    const world = simWorld({ startMs: START_MS + (days + 7) * DAY_MS, disk: disk.crash() })
    const db = await Tsdb.open(world, {
      path: '/data',
      retentionMs: 0,
      retentionBytes: 0,
      minBlockMs: DAY_MS / 12,
      maxBlockMs: 20.25 * DAY_MS,
      walSync: 'never',
      maxFutureMs: MINUTE_MS,
      outOfOrderMs: 0,
      maxHeadSeries: 0,
      minFreeDiskBytes: 0,
      downsampling: TIERS.slice(0, tiers),
    })
    const now = db.group(Labels.from({ job: 'now' }), 'scrape')
    now.appendSample(world.clock.now(), now.column(Labels.from({ __name__: 'now', job: 'now' })), 1)
    for (let round = 0; round < 3; round++) await db.maintain()
    found.push(sumOf(db.blocks(), load.set.labels.length))
    await db.close()
  }
  return found
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`
}

export const bench: Bench = {
  question: 'How much disk does downsampling give back?',
  async run(size: Size) {
    const [days, series] = size === 'full' ? [30, 96] : [1, 32]
    const loads: Load[] = [
      { name: 'host', set: hostSeries(1, series) },
      { name: 'shop', set: serviceSeries(1, series) },
    ]
    const lines: string[] = []
    for (const load of loads) {
      const [raw, five, hour] = (await held(load, days)) as [Held, Held, Held]
      lines.push(`${load.name}, ${days} d, ${series} series, all samples: ${raw.bytes} bytes`)
      for (const [i, { bytes, samples }] of [five, hour].entries()) {
        const share = (NUMBERS_OF_STEP * SCRAPE_MS) / TIERS[i]!.stepMs
        if (bytes > SLACK * share * raw.bytes + NAME_BYTES * series)
          throw new Error(`${load.name}: ${bytes} bytes of ${raw.bytes} are left`)
        lines.push(
          `  steps of ${TIERS[i]!.stepMs / MINUTE_MS} min: ${bytes} bytes, ${percent(bytes, raw.bytes)} ` +
            `(computed: ${percent(share, 1)}), ${percent(samples, raw.samples)} of the samples`,
        )
      }
    }
    return lines
  },
}
