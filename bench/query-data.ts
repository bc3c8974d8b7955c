// The data that queries are measured on: counters of three sizes, one family of histograms, one info series an
// instance, many series that live shortly, and some counters over a day. Written once as OpenMetrics for Prometheus'
// own tools, once as JSON for VictoriaMetrics, and once into a store of ours.

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
  /** Series of one family that regexes choose from, with few rows. */
  readonly podCount: number
  /** Counters with one row a minute over the 24 h before the others end. */
  readonly dayCount: number
}

const DAY_ROWS = 1440
const POD_ROWS = 10
const MINUTE_MS = 60_000

/** Series that share their times: what one target would bring. */
interface Target {
  readonly key: Labels
  readonly series: readonly { labels: Labels; slope: number }[]
  readonly rowCount: number
  timeOf(row: number): number
}

/** Everything there is, targets of 24 h first: stores take rows in the order of time. */
function targetsOf(shape: DataShape): Target[] {
  const last = timeOf(shape, shape.rowCount - 1)
  const minutes = (count: number) => (row: number) => last - (count - 1 - row) * MINUTE_MS
  const day: Target = {
    key: Labels.from({ instance: 'day:9100', job: 'day' }),
    series: Array.from({ length: shape.dayCount }, (_, i) => ({
      labels: labelsOf('day_total', 'day:9100', 'day', { route: `/r${i}` }),
      slope: i % 50,
    })),
    rowCount: DAY_ROWS,
    timeOf: minutes(DAY_ROWS),
  }
  const pods: Target = {
    key: Labels.from({ instance: 'pods:8080', job: 'pods' }),
    series: Array.from({ length: shape.podCount }, (_, i) => ({
      labels: labelsOf('pod_info', 'pods:8080', 'pods', {
        namespace: `team-${i % 40}`,
        pod: `service-${i % 500}-${(i * 7919).toString(36)}`,
      }),
      slope: 0,
    })),
    rowCount: POD_ROWS,
    timeOf: minutes(POD_ROWS),
  }
  const instances = Array.from({ length: shape.instanceCount }, (_, instance): Target => ({
    key: Labels.from({ instance: `host-${instance}:9100`, job: `job-${instance % 5}` }),
    series: seriesOf(shape, instance),
    rowCount: shape.rowCount,
    timeOf: (row) => timeOf(shape, row),
  }))
  return [day, ...instances, pods].filter(({ series }) => series.length > 0)
}

function labelsOf(
  name: string,
  instance: string,
  job: string,
  labels: Record<string, string>,
): Labels {
  return Labels.from({ __name__: name, instance, job, ...labels })
}

/** Labels and slope of each series of an instance. */
function seriesOf(shape: DataShape, instance: number): { labels: Labels; slope: number }[] {
  const made: { labels: Labels; slope: number }[] = []
  const add = (name: string, labels: Record<string, string>, slope: number): void => {
    const host = `host-${instance}:9100`
    made.push({ labels: labelsOf(name, host, `job-${instance % 5}`, labels), slope })
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

/**
 * A file as `promtool tsdb create-blocks-from openmetrics` reads it, once for every two hours: what spans a day goes
 * into a file of its own.
 */
export async function writeOpenMetrics(
  shape: DataShape,
  path: string,
  part: 'day' | 'hour',
): Promise<void> {
  const out = createWriteStream(path)
  for (const target of targetsOf(shape)) {
    if ((target.rowCount === DAY_ROWS) !== (part === 'day')) continue
    for (const { labels, slope } of target.series) {
      const pairs = [...labels].filter(([name]) => name !== '__name__')
      const texts = pairs.map(([name, value]) => `${name}="${value}"`).join(',')
      const head = `${labels.get('__name__')}{${texts}}`
      let text = ''
      for (let row = 0; row < target.rowCount; row++)
        text += `${head} ${valueOf(slope, row)} ${target.timeOf(row) / 1000}\n`
      if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()))
    }
  }
  await new Promise<void>((resolve) => out.end('# EOF\n', () => resolve()))
}

/** Sends everything to a running VictoriaMetrics and makes it visible. */
export async function importInto(shape: DataShape, base: string): Promise<void> {
  let lines = ''
  const send = async (): Promise<void> => {
    const answer = await fetch(`${base}/api/v1/import`, { method: 'POST', body: lines })
    if (!answer.ok) throw new Error(await answer.text())
    lines = ''
  }
  for (const target of targetsOf(shape)) {
    const rows = [...Array(target.rowCount).keys()]
    const timestamps = rows.map((row) => target.timeOf(row))
    for (const { labels, slope } of target.series) {
      const values = rows.map((row) => valueOf(slope, row))
      lines += `${JSON.stringify({ metric: labels.toObject(), values, timestamps })}\n`
      if (lines.length > 1 << 22) await send()
    }
  }
  await send()
  await fetch(`${base}/internal/force_flush`)
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
  for (const target of targetsOf(shape)) {
    const group = store.group(target.key, 'scrape')
    for (const { labels } of target.series) group.column(labels)
    const row = new Float64Array(target.series.length)
    for (let r = 0; r < target.rowCount; r++) {
      for (const [i, { slope }] of target.series.entries()) row[i] = valueOf(slope, r)
      const outcome = group.appendRow(target.timeOf(r), row)
      if (outcome !== 0) throw new Error(`a row was refused: ${outcome}`)
    }
    group.release()
  }
  await store.close()
}
