// What a day of a machine and of a service looks like, one row a step, the same for the same arguments: most of a
// machine's series stand still, a service's are histograms of requests that come at random.
import { ByteWriter } from '@pharos/base'

export interface SeriesSet {
  /** Of each series: field 1 of a TimeSeries message, as often as it has labels. */
  readonly labels: readonly Uint8Array[]
  /** The next row; the same array each time is not promised. */
  next(): Float64Array
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, Infinity]

function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function labelBytes(labels: Readonly<Record<string, string>>): Uint8Array {
  const out = new ByteWriter(256)
  const encoder = new TextEncoder()
  for (const name of Object.keys(labels).sort()) {
    const [key, value] = [encoder.encode(name), encoder.encode(labels[name])]
    out.u8(0x0a)
    out.varint(key.length + value.length + 4)
    for (const [field, text] of [
      [0x0a, key],
      [0x12, value],
    ] as const) {
      out.u8(field)
      out.varint(text.length)
      out.raw(text)
    }
  }
  return out.bytes().slice()
}

/** Counters, gauges and constants of a machine: of ten series six stand still. */
export function hostSeries(instance: number, count: number): SeriesSet {
  const random = randomOf(instance + 1)
  const row = Float64Array.from({ length: count }, (_, c) => {
    const kind = c % 10
    if (kind === 8) return Math.floor(random() * 4e6) * 4096
    return kind < 6 ? (c % 3 === 0 ? 1 : Math.floor(random() * 1e6)) : Math.floor(random() * 1e7)
  })
  const labels = Array.from({ length: count }, (_, c) =>
    labelBytes({
      __name__: `node_${['info', 'limit', 'size_bytes', 'files', 'speed', 'up', 'packets_total', 'cpu_seconds_total', 'memory_bytes', 'load'][c % 10]!}`,
      job: 'node',
      instance: `host-${instance}:9100`,
      device: `device${Math.floor(c / 10)}`,
    }),
  )
  return {
    labels,
    next() {
      for (let c = 0; c < count; c++) {
        const kind = c % 10
        if (kind === 6) row[c]! += Math.floor(random() * random() * 400 * (c % 7))
        else if (kind === 7) row[c] = Math.round((row[c]! + random() * 15) * 100) / 100
        else if (kind === 8)
          row[c] = Math.max(0, row[c]! + Math.round((random() - 0.5) * 200) * 4096)
        else if (kind === 9) row[c] = Math.round(random() * 400) / 100
      }
      return row.slice()
    },
  }
}

/** Classic histograms: 16 series for each route. Latencies are whole nanoseconds, summed as clients sum them. */
export function serviceSeries(instance: number, count: number): SeriesSet {
  const random = randomOf(instance + 100)
  const routes = Math.floor(count / 16)
  const row = new Float64Array(routes * 16)
  const labels: Uint8Array[] = []
  for (let r = 0; r < routes; r++) {
    const own = { job: 'shop', instance: `shop-${instance}:8080`, route: `/api/v1/resource/${r}` }
    for (const bound of BOUNDS) {
      const le = bound === Infinity ? '+Inf' : String(bound)
      labels.push(labelBytes({ ...own, __name__: 'http_request_duration_seconds_bucket', le }))
    }
    labels.push(labelBytes({ ...own, __name__: 'http_request_duration_seconds_sum' }))
    labels.push(labelBytes({ ...own, __name__: 'http_request_duration_seconds_count' }))
  }
  return {
    labels,
    next() {
      for (let r = 0; r < routes; r++) {
        const at = r * 16
        const requests = Math.floor((-Math.log(1 - random()) * 600) / (r + 1))
        for (let i = 0; i < requests; i++) {
          const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
          const seconds = Math.round(Math.exp(normal - 3) * 1e9) / 1e9
          BOUNDS.forEach((bound, b) => {
            if (seconds <= bound) row[at + b]!++
          })
          row[at + 14]! += seconds
          row[at + 15]!++
        }
      }
      return row.slice()
    },
  }
}
