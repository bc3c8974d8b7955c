// The data that queries are measured on: counters of three sizes, one family of histograms, one info series an
// instance. Written once as OpenMetrics for the peers' own tools, and once into a store of ours.

import { createWriteStream } from 'node:fs'
import { realWorld } from '@pharos/base/node'
import { Labels } from '@pharos/model'
import { Tsdb } from '@pharos/tsdb'

const STEP_MS = 15_000
const BOUNDS = ['0.005', '0.01', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '10', '+Inf'] as const

export interface DataShape {
  readonly startMs: number
  readonly rowCount: number
  readonly instanceCount: number
  /** Routes an instance has in the largest family; three codes each. */
  readonly routeCount: number
  /** Histograms in all. */
  readonly histogramCount: number
}

/** Labels and slope of each series of an instance. */
export function seriesOf(shape: DataShape, instance: number): { labels: Labels; slope: number }[] {
  const made: { labels: Labels; slope: number }[] = []
  const add = (name: string, labels: Record<string, string>, slope: number): void => {
    const own = { __name__: name, instance: `host-${instance}:9100`, job: `job-${instance % 5}` }
    made.push({ labels: Labels.from({ ...own, ...labels }), slope })
  }
  if (instance < 10)
    for (let r = 0; r < 10; r++) add('small_total', { route: `/r${r}` }, r + instance + 1)
  if (instance < 50)
    for (let r = 0; r < 20; r++) add('medium_total', { route: `/r${r}` }, 2 * r + instance + 1)
  for (let r = 0; r < shape.routeCount; r++) {
    for (const code of ['200', '404', '500'])
      add('large_total', { route: `/r${r}`, code }, r + Number(code) / 100)
  }
  for (let h = instance; h < shape.histogramCount; h += shape.instanceCount) {
    for (const [b, le] of BOUNDS.entries())
      add('latency_seconds_bucket', { handler: `/h${h}`, le }, (b + 1) * ((h % 7) + 1))
  }
  add('build_info', { version: `1.${instance % 3}` }, 0)
  return made
}

/** No sample is on the edge of a window whose steps are whole seconds. */
export function timeOf(shape: DataShape, row: number): number {
  return shape.startMs + row * STEP_MS + 137
}

function valueOf(slope: number, row: number): number {
  return slope === 0 ? 1 : 1000 * slope + slope * row + ((row * 7) % (slope + 3))
}

/** A file as `promtool tsdb create-blocks-from openmetrics` reads it. */
export async function writeOpenMetrics(shape: DataShape, path: string): Promise<void> {
  const out = createWriteStream(path)
  for (let instance = 0; instance < shape.instanceCount; instance++) {
    for (const { labels, slope } of seriesOf(shape, instance)) {
      const pairs = [...labels].filter(([name]) => name !== '__name__')
      const texts = pairs.map(([name, value]) => `${name}="${value}"`).join(',')
      const head = `${labels.get('__name__')}{${texts}}`
      let text = ''
      for (let row = 0; row < shape.rowCount; row++)
        text += `${head} ${valueOf(slope, row)} ${timeOf(shape, row) / 1000}\n`
      if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()))
    }
  }
  await new Promise<void>((resolve) => out.end('# EOF\n', () => resolve()))
}

/** Fills a data directory of Pharos; a group for each instance, as scraping makes them. */
export async function fillStore(shape: DataShape, path: string): Promise<void> {
  const world = realWorld({ level: 'error', format: 'logfmt' })
  const day = 86_400_000
  const store = await Tsdb.open(world, {
    path,
    retentionMs: 15 * day,
    retentionBytes: 0,
    minBlockMs: 7_200_000,
    maxBlockMs: 1.5 * day,
    walSync: 'never',
    maxFutureMs: 600_000,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  for (let instance = 0; instance < shape.instanceCount; instance++) {
    const key = Labels.from({ instance: `host-${instance}:9100`, job: `job-${instance % 5}` })
    const series = seriesOf(shape, instance)
    const group = store.group(key, 'scrape')
    for (const { labels } of series) group.column(labels)
    const row = new Float64Array(series.length)
    for (let r = 0; r < shape.rowCount; r++) {
      for (const [i, { slope }] of series.entries()) row[i] = valueOf(slope, r)
      const outcome = group.appendRow(timeOf(shape, r), row)
      if (outcome !== 0) throw new Error(`a row was refused: ${outcome}`)
    }
    group.release()
  }
  await store.close()
}
