// What the Overview asks about one machine: PromQL over the host exporter's metrics.
import { formatSpan } from './time.ts'

export interface HostQuery {
  readonly expr: string
  /** The name of its only series; undefined when the series have names of their own. */
  readonly name: string | undefined
  /** The label that names each series. */
  readonly by: string
  /** These names come first, in this order. */
  readonly order: readonly string[]
}

interface HostQueries {
  readonly cpu: readonly HostQuery[]
  /** Used memory and what the kernel would give back. */
  readonly memory: readonly HostQuery[]
  readonly load: readonly HostQuery[]
  readonly network: readonly HostQuery[]
  readonly disk: readonly HostQuery[]
}

interface HostWords {
  readonly load1: string
  readonly load5: string
  readonly load15: string
  readonly used: string
  readonly cache: string
  readonly received: string
  readonly sent: string
  readonly read: string
  readonly written: string
}

const CPU_MODES = ['user', 'system', 'iowait', 'nice', 'softirq', 'irq', 'steal']
/** Devices that only repeat the traffic of others. */
const NOT_NETWORK = 'lo|veth.*|docker.*|br-.*|ifb.*|cni.*|flannel.*|cali.*|tap.*'
const NOT_DISK = 'ram.*|loop.*|zram.*|dm-.*|md.*|sr.*'
const NOT_FILESYSTEM =
  'tmpfs|devtmpfs|ramfs|overlay|squashfs|iso9660|nsfs|autofs|fuse.*|tracefs|cgroup.*'

/**
 * @param instance  the host exporter's instance label
 * @param stepSeconds  distance of the points; rates look over four of them, and never over less than a minute,
 *   so that two samples are inside at any usual scrape interval
 */
export function hostQueries(instance: string, stepSeconds: number, words: HostWords): HostQueries {
  const at = `instance=${JSON.stringify(instance)}`
  const window = formatSpan(Math.max(60, 4 * stepSeconds))
  const rate = (metric: string, not: string) =>
    `sum(rate(${metric}{${at},device!~"${not}"}[${window}]))`
  const one = (name: string, expr: string): HostQuery => ({ name, expr, by: '', order: [] })
  const cached = ['Cached', 'Buffers', 'SReclaimable']
    .map((part) => `node_memory_${part}_bytes{${at}}`)
    .join(' + ')
  return {
    cpu: [
      {
        expr: `avg by (mode) (rate(node_cpu_seconds_total{${at},mode!="idle"}[${window}]))`,
        name: undefined,
        by: 'mode',
        order: CPU_MODES,
      },
    ],
    memory: [
      one(
        words.used,
        `node_memory_MemTotal_bytes{${at}} - node_memory_MemFree_bytes{${at}} - (${cached})`,
      ),
      one(words.cache, cached),
    ],
    load: [
      one(words.load1, `node_load1{${at}}`),
      one(words.load5, `node_load5{${at}}`),
      one(words.load15, `node_load15{${at}}`),
    ],
    network: [
      one(words.received, rate('node_network_receive_bytes_total', NOT_NETWORK)),
      one(words.sent, rate('node_network_transmit_bytes_total', NOT_NETWORK)),
    ],
    disk: [
      one(words.read, rate('node_disk_read_bytes_total', NOT_DISK)),
      one(words.written, rate('node_disk_written_bytes_total', NOT_DISK)),
    ],
  }
}

export function filesystemQuery(instance: string): string {
  return `{__name__=~"node_filesystem_(size|avail)_bytes",instance=${JSON.stringify(instance)},fstype!~"${NOT_FILESYSTEM}"}`
}

export interface HostWindow {
  readonly rangeSeconds: number
  readonly stepSeconds: number
}

/** The windows that the Overview offers, by their name in the address. */
export const HOST_WINDOWS: Readonly<Record<string, HostWindow>> = {
  '15m': { rangeSeconds: 900, stepSeconds: 5 },
  '1h': { rangeSeconds: 3600, stepSeconds: 15 },
  '6h': { rangeSeconds: 21_600, stepSeconds: 90 },
  '24h': { rangeSeconds: 86_400, stepSeconds: 360 },
}

interface Filesystem {
  readonly mountpoint: string
  readonly device: string
  readonly sizeBytes: number
  readonly freeBytes: number
}

/** Joins sizes and free bytes; the fullest first. A mount without both, or of no size, is left out. */
export function filesystemsOf(
  samples: readonly {
    readonly metric: Readonly<Record<string, string>>
    readonly value?: readonly [number, string]
  }[],
): Filesystem[] {
  const found = new Map<string, { device: string; size: number; free: number }>()
  for (const { metric, value } of samples) {
    const { mountpoint = '', device = '', __name__ = '' } = metric
    const entry = found.get(mountpoint) ?? { device, size: NaN, free: NaN }
    if (__name__.includes('_size_')) entry.size = Number(value?.[1])
    else entry.free = Number(value?.[1])
    found.set(mountpoint, entry)
  }
  const list: Filesystem[] = []
  for (const [mountpoint, { device, size, free }] of found)
    if (size > 0 && free === free)
      list.push({ mountpoint, device, sizeBytes: size, freeBytes: free })
  return list.sort((a, b) => a.freeBytes / a.sizeBytes - b.freeBytes / b.sizeBytes)
}
