// Memory: meminfo, vmstat, the free lists, NUMA nodes, same-page merging, and the count of control groups.

import { type Collector, NoData } from '../collector.ts'
import { linesOf, numberOf, wordsOf } from '../host-files.ts'
import { searcher } from '../options.ts'

/** `Active(anon)` → `Active_anon`. */
function fieldName(key: string): string {
  return key.replaceAll('(', '_').replaceAll(')', '')
}

export const meminfo: Collector = {
  name: 'meminfo',
  isDefault: true,
  start({ files }) {
    return (page) => {
      for (const line of files.lines(`${files.proc}/meminfo`)) {
        const [key = '', text = '', unit] = wordsOf(line)
        const kibibytes = numberOf(text)
        if (kibibytes === undefined || !key.endsWith(':')) continue
        const name = fieldName(key.slice(0, -1)) + (unit === 'kB' ? '_bytes' : '')
        const value = unit === 'kB' ? kibibytes * 1024 : kibibytes
        const type = name.endsWith('_total') ? 'counter' : 'gauge'
        page.add(type, `node_memory_${name}`, `Memory information field ${name}.`, value, [])
      }
    }
  },
}

export const meminfoNuma: Collector = {
  name: 'meminfo_numa',
  isDefault: false,
  start({ files }) {
    return (page) => {
      const nodes = files
        .list(`${files.sys}/devices/system/node`)
        .filter((name) => /^node[0-9]+$/.test(name))
      if (nodes.length === 0) throw new NoData('no NUMA node in sysfs')
      for (const node of nodes) {
        const dir = `${files.sys}/devices/system/node/${node}`
        const id = node.slice('node'.length)
        for (const line of files.lines(`${dir}/meminfo`)) {
          const [, , key = '', text = '', unit] = wordsOf(line)
          const value = numberOf(text)
          if (value === undefined || !key.endsWith(':')) continue
          const name = fieldName(key.slice(0, -1))
          const help = `Memory information field ${name}.`
          const bytes = unit === 'kB' ? value * 1024 : value
          page.gauge(`node_memory_numa_${name}`, help, bytes, 'node', id)
        }
        for (const line of linesOf(files.maybe(`${dir}/numastat`) ?? '')) {
          const [key = '', text = ''] = wordsOf(line)
          const name = `${key}_total`
          const help = `Memory information field ${name}.`
          page.counter(`node_memory_numa_${name}`, help, Number(text), 'node', id)
        }
      }
    }
  },
}

export const vmstat: Collector = {
  name: 'vmstat',
  isDefault: true,
  start({ files, options, search }) {
    const wanted = searcher(options.vmstatFields, search)
    return (page) => {
      for (const line of files.lines(`${files.proc}/vmstat`)) {
        const [name = '', value = ''] = wordsOf(line)
        if (!wanted(name)) continue
        page.untyped(
          `node_vmstat_${name}`,
          `/proc/vmstat information field ${name}.`,
          Number(value),
        )
      }
    }
  },
}

export const buddyinfo: Collector = {
  name: 'buddyinfo',
  isDefault: false,
  start({ files }) {
    return (page) => {
      for (const line of files.lines(`${files.proc}/buddyinfo`)) {
        const match = /^Node\s+([0-9]+),\s+zone\s+(\S+)\s+(.*)$/.exec(line)
        if (match === null) continue
        const [, node = '', zone = '', sizes = ''] = match
        for (const [size, count] of wordsOf(sizes).entries()) {
          const help = 'Count of free blocks according to size.'
          const labels = ['node', node, 'size', String(size), 'zone', zone]
          page.add('gauge', 'node_buddyinfo_blocks', help, Number(count), labels)
        }
      }
    }
  },
}

export const cgroups: Collector = {
  name: 'cgroups',
  isDefault: false,
  start({ files }) {
    return (page) => {
      for (const line of files.lines(`${files.proc}/cgroups`)) {
        if (line.startsWith('#')) continue
        const [subsystem = '', , count = '', enabled = ''] = wordsOf(line)
        const help = 'Current cgroup number of the subsystem.'
        page.gauge('node_cgroups_cgroups', help, Number(count), 'subsys_name', subsystem)
        page.gauge('node_cgroups_enabled', help, Number(enabled), 'subsys_name', subsystem)
      }
    }
  },
}

const KSM_HELP: ReadonlyMap<string, string> = new Map([
  ['full_scans', 'How many times all mergeable areas have been scanned.'],
  [
    'general_profit',
    'How effective is KSM. ksm_saved_pages * sizeof(page) - (all_rmap_items) * sizeof(rmap_item)',
  ],
  ['merge_across_nodes', 'Specifies if pages from different NUMA nodes can be merged.'],
  ['pages_shared', 'How many shared pages are being used.'],
  ['pages_sharing', 'How many more sites are sharing them i.e. how much saved.'],
  ['pages_to_scan', 'How many pages to scan before ksmd goes to sleep.'],
  ['pages_unshared', 'How many pages unique but repeatedly checked for merging.'],
  ['pages_volatile', 'How many pages changing too fast to be placed in a tree.'],
  ['run', 'The status of ksmd. stopped = 0, running = 1'],
  ['sleep_millisecs', 'How many seconds ksmd should sleep before next scan.'],
])

export const ksmd: Collector = {
  name: 'ksmd',
  isDefault: false,
  start({ files }) {
    return (page) => {
      for (const [file, help] of KSM_HELP) {
        const value = files.number(`${files.sys}/kernel/mm/ksm/${file}`)
        if (value === undefined) continue
        if (file === 'full_scans') page.counter('node_ksmd_full_scans_total', help, value)
        else if (file === 'sleep_millisecs')
          page.gauge('node_ksmd_sleep_seconds', help, value / 1000)
        else if (file === 'general_profit')
          page.gauge('node_ksmd_general_profit_bytes', help, value)
        else page.gauge(`node_ksmd_${file}`, help, value)
      }
    }
  },
}
