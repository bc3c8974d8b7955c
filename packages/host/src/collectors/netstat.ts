// The network stack: protocol counters, sockets, packet queues, neighbours, connection tracking.

import { type Collector, NoData } from '../collector.ts'
import { linesOf, wordsOf } from '../host-files.ts'
import { deviceFilter, searcher } from '../options.ts'
import type { Page } from '../page.ts'

export const netstat: Collector = {
  name: 'netstat',
  isDefault: true,
  start({ files, options, search }) {
    const wanted = searcher(options.netstatFields, search)
    return (page) => {
      addPairs(page, files.text(`${files.proc}/net/netstat`), wanted)
      addPairs(page, files.text(`${files.proc}/net/snmp`), wanted)
      // Missing when IPv6 is off.
      for (const line of linesOf(files.maybe(`${files.proc}/net/snmp6`) ?? '')) {
        const [key = '', value = ''] = wordsOf(line)
        const six = key.indexOf('6')
        if (six > 0) addStatistic(page, key.slice(0, six + 1), key.slice(six + 1), value, wanted)
      }
    }
  },
}

/** Lines come in pairs: names, then values, both after `Protocol:`. */
function addPairs(page: Page, text: string, wanted: (text: string) => boolean): void {
  const lines = linesOf(text)
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const names = lines[i]!.split(' ')
    const values = lines[i + 1]!.split(' ')
    const protocol = names[0]!.slice(0, -1)
    for (let k = 1; k < names.length; k++)
      addStatistic(page, protocol, names[k]!, values[k] ?? '', wanted)
  }
}

function addStatistic(
  page: Page,
  protocol: string,
  name: string,
  value: string,
  wanted: (text: string) => boolean,
): void {
  const key = `${protocol}_${name}`
  if (wanted(key))
    page.untyped(`node_netstat_${key}`, `Statistic ${protocol}${name}.`, Number(value))
}

export const sockstat: Collector = {
  name: 'sockstat',
  isDefault: true,
  start({ files, options }) {
    return (page) => {
      for (const file of ['sockstat', 'sockstat6']) {
        for (const line of linesOf(files.maybe(`${files.proc}/net/${file}`) ?? ''))
          addSockets(page, line, options.pageBytes)
      }
    }
  },
}

function addSockets(page: Page, line: string, pageBytes: number): void {
  const [protocol = '', ...fields] = line.replace(':', '').split(' ')
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const state = fields[i]!
    const value = Number(fields[i + 1])
    if (protocol === 'sockets') {
      if (state === 'used')
        page.gauge('node_sockstat_sockets_used', 'Number of IPv4 sockets in use.', value)
      continue
    }
    const add = (name: string, count: number) =>
      page.gauge(
        `node_sockstat_${protocol}_${name}`,
        `Number of ${protocol} sockets in state ${name}.`,
        count,
      )
    add(state, value)
    if (state === 'mem') add('mem_bytes', value * pageBytes)
  }
}

/** Column of softnet_stat → family. */
const SOFTNET: readonly (readonly [column: number, name: string, help: string])[] = [
  [0, 'processed_total', 'Number of processed packets'],
  [1, 'dropped_total', 'Number of dropped packets'],
  [2, 'times_squeezed_total', 'Number of times processing packets ran out of quota'],
  [
    8,
    'cpu_collision_total',
    'Number of collision occur while obtaining device lock while transmitting',
  ],
  [9, 'received_rps_total', 'Number of times cpu woken up received_rps'],
  [10, 'flow_limit_count_total', 'Number of times flow limit has been reached'],
  [11, 'backlog_len', 'Softnet backlog status'],
]
const SOFTNET_CPU_COLUMN = 12

export const softnet: Collector = {
  name: 'softnet',
  isDefault: true,
  start({ files }) {
    return (page) => {
      for (const [row, line] of files.lines(`${files.proc}/net/softnet_stat`).entries()) {
        const values = wordsOf(line).map((word) => Number.parseInt(word, 16))
        // Old kernels do not say which CPU a line is for.
        const id = String(values[SOFTNET_CPU_COLUMN] ?? row)
        for (const [column, name, help] of SOFTNET) {
          const type = name.endsWith('_total') ? 'counter' : 'gauge'
          page.add(type, `node_softnet_${name}`, help, values[column] ?? 0, ['cpu', id])
        }
      }
    }
  },
}

export const udpQueues: Collector = {
  name: 'udp_queues',
  isDefault: true,
  start({ files }) {
    return (page) => {
      let found = false
      for (const [file, ip] of [
        ['udp', 'v4'],
        ['udp6', 'v6'],
      ] as const) {
        const text = files.maybe(`${files.proc}/net/${file}`)
        if (text === undefined) continue
        found = true
        let tx = 0
        let rx = 0
        for (const line of linesOf(text).slice(1)) {
          const [sent = '0', received = '0'] = (wordsOf(line)[4] ?? '').split(':')
          tx += Number.parseInt(sent, 16)
          rx += Number.parseInt(received, 16)
        }
        const help = 'Number of allocated memory in the kernel for UDP datagrams in bytes.'
        page.gauge('node_udp_queues', help, tx, 'ip', ip, 'queue', 'tx')
        page.gauge('node_udp_queues', help, rx, 'ip', ip, 'queue', 'rx')
      }
      if (!found) throw new NoData('no UDP in this kernel')
    }
  },
}

export const arp: Collector = {
  name: 'arp',
  isDefault: true,
  start({ files, options, search }) {
    const isWanted = deviceFilter(options.arpDeviceExclude, options.arpDeviceInclude, search)
    return (page) => {
      const counts = new Map<string, number>()
      for (const line of files.lines(`${files.proc}/net/arp`).slice(1)) {
        const device = wordsOf(line)[5]
        if (device !== undefined) counts.set(device, (counts.get(device) ?? 0) + 1)
      }
      for (const [device, count] of counts) {
        if (isWanted(device))
          page.gauge('node_arp_entries', 'ARP entries by device', count, 'device', device)
      }
    }
  },
}

const CONNTRACK_HELP: ReadonlyMap<string, string> = new Map([
  ['found', 'Number of searched entries which were successful.'],
  ['invalid', 'Number of packets seen which can not be tracked.'],
  ['ignore', 'Number of packets seen which are already connected to a conntrack entry.'],
  ['insert', 'Number of entries inserted into the list.'],
  ['insert_failed', 'Number of entries for which list insertion was attempted but failed.'],
  ['drop', 'Number of packets dropped due to conntrack failure.'],
  [
    'early_drop',
    'Number of dropped conntrack entries to make room for new ones, if maximum table size was reached.',
  ],
  [
    'search_restart',
    'Number of conntrack table lookups which had to be restarted due to hashtable resizes.',
  ],
])

export const conntrack: Collector = {
  name: 'conntrack',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const dir = `${files.proc}/sys/net/netfilter`
      const count = files.number(`${dir}/nf_conntrack_count`)
      if (count === undefined) throw new NoData('no connection tracking')
      const help = 'Number of currently allocated flow entries for connection tracking.'
      page.gauge('node_nf_conntrack_entries', help, count)
      const limit = Number(files.text(`${dir}/nf_conntrack_max`))
      const limitHelp = 'Maximum size of connection tracking table.'
      page.gauge('node_nf_conntrack_entries_limit', limitHelp, limit)
      const [head = '', ...lines] = files.lines(`${files.proc}/net/stat/nf_conntrack`)
      const columns = wordsOf(head)
      for (const [name, text] of CONNTRACK_HELP) {
        const column = columns.indexOf(name)
        let sum = 0
        for (const line of lines) sum += Number.parseInt(wordsOf(line)[column] ?? '0', 16)
        page.gauge(`node_nf_conntrack_stat_${name}`, text, sum)
      }
    }
  },
}
