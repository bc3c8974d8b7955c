// CPU time by mode, throttling, online and isolated CPUs, and on request what the CPUs are.

import { type Collector, type HostContext, NoData } from '../collector.ts'
import { type HostFiles, numberOf, wordsOf } from '../host-files.ts'
import { type Search, searcher } from '../options.ts'
import type { Page } from '../page.ts'

/** USER_HZ: the kernel gives CPU times to user space in hundredths of a second on every architecture. */
const TICKS_PER_SECOND = 100
/** An idle counter that falls by more than this is a CPU that went and came back. */
const JUMP_BACK_SECONDS = 3
const IDLE = 3
const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const

export const cpu: Collector = {
  name: 'cpu',
  isDefault: true,
  start(context) {
    const last = new Map<string, number[]>()
    return (page) => {
      const { options } = context
      if (options.cpuInfo || options.cpuFlagsInclude !== '' || options.cpuBugsInclude !== '')
        addInfo(page, context)
      addTimes(page, context, last)
      addIsolated(page, context.files)
      addThrottles(page, context.files)
      addOnline(page, context.files)
    }
  },
}

function addTimes(page: Page, { files, options }: HostContext, last: Map<string, number[]>): void {
  for (const line of files.lines(`${files.proc}/stat`)) {
    if (!/^cpu[0-9]/.test(line)) continue
    const [label, ...fields] = wordsOf(line)
    const id = label!.slice(3)
    const now = fields.map((field) => Number(field) / TICKS_PER_SECOND)
    const times = monotonic(last.get(id), now)
    last.set(id, times)
    for (const [i, mode] of MODES.entries()) {
      const help = 'Seconds the CPUs spent in each mode.'
      page.counter('node_cpu_seconds_total', help, times[i] ?? 0, 'cpu', id, 'mode', mode)
    }
    if (!options.cpuGuest) continue
    const name = 'node_cpu_guest_seconds_total'
    const help = 'Seconds the CPUs spent in guests (VMs) for each mode.'
    page.counter(name, help, times[8] ?? 0, 'cpu', id, 'mode', 'user')
    page.counter(name, help, times[9] ?? 0, 'cpu', id, 'mode', 'nice')
  }
}

/** The kernel's counters run back a little at times; ours must not, or rates would see a reset. */
function monotonic(before: readonly number[] | undefined, now: readonly number[]): number[] {
  if (before === undefined || before[IDLE]! - now[IDLE]! >= JUMP_BACK_SECONDS) return [...now]
  return now.map((value, i) => Math.max(value, before[i] ?? 0))
}

/** Names cpu0, cpu1, cpu10, … in the order of a shell's glob. */
function cpusOf(files: HostFiles): string[] {
  return files.list(`${files.sys}/devices/system/cpu`).filter((name) => /^cpu[0-9]+$/.test(name))
}

function addThrottles(page: Page, files: HostFiles): void {
  const packages = new Set<string>()
  const cores = new Set<string>()
  for (const name of cpusOf(files)) {
    const dir = `${files.sys}/devices/system/cpu/${name}`
    const physical = files.word(`${dir}/topology/physical_package_id`)
    const core = physical === undefined ? undefined : files.word(`${dir}/topology/core_id`)
    if (physical === undefined || core === undefined) continue
    const coreKey = `${physical}/${core}`
    if (!cores.has(coreKey)) {
      const count = files.number(`${dir}/thermal_throttle/core_throttle_count`)
      const help = 'Number of times this CPU core has been throttled.'
      if (count !== undefined) {
        cores.add(coreKey)
        page.counter(
          'node_cpu_core_throttles_total',
          help,
          count,
          'core',
          core,
          'package',
          physical,
        )
      }
    }
    if (packages.has(physical)) continue
    const count = files.number(`${dir}/thermal_throttle/package_throttle_count`)
    if (count === undefined) continue
    packages.add(physical)
    const help = 'Number of times this CPU package has been throttled.'
    page.counter('node_cpu_package_throttles_total', help, count, 'package', physical)
  }
}

function addIsolated(page: Page, files: HostFiles): void {
  const help = 'Whether each core is isolated, information from /sys/devices/system/cpu/isolated.'
  const ranges = files.word(`${files.sys}/devices/system/cpu/isolated`) ?? ''
  for (const range of ranges.split(',')) {
    const match = /^([0-9]+)(?:-([0-9]+))?$/.exec(range)
    if (match === null) continue
    const last = Number(match[2] ?? match[1])
    for (let id = Number(match[1]); id <= last; id++)
      page.gauge('node_cpu_isolated', help, 1, 'cpu', String(id))
  }
}

function addOnline(page: Page, files: HostFiles): void {
  const cpus = cpusOf(files)
  const dir = `${files.sys}/devices/system/cpu`
  // Where the first CPU cannot be taken away the kernel says nothing of it, and the reference of none.
  if (cpus[0] === undefined || files.word(`${dir}/${cpus[0]}/online`) === undefined) return
  for (const name of cpus) {
    const online = files.word(`${dir}/${name}/online`) === '1' ? 1 : 0
    const help = 'CPUs that are online and being scheduled.'
    page.gauge('node_cpu_online', help, online, 'cpu', name.slice(3))
  }
}

function addInfo(page: Page, { files, options, search }: HostContext): void {
  const blocks = files.text(`${files.proc}/cpuinfo`).split('\n\n')
  let isFirst = true
  for (const block of blocks) {
    const fields = new Map<string, string>()
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':')
      if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim())
    }
    const id = fields.get('processor')
    if (id === undefined) continue
    const get = (name: string) => fields.get(name) ?? ''
    const core = get('core id')
    const physical = get('physical id')
    page.add('gauge', 'node_cpu_info', 'CPU information from /proc/cpuinfo.', 1, [
      'cachesize',
      get('cache size'),
      'core',
      core,
      'cpu',
      id,
      'family',
      get('cpu family'),
      'microcode',
      get('microcode'),
      'model',
      get('model'),
      'model_name',
      get('model name'),
      'package',
      physical,
      'stepping',
      get('stepping'),
      'vendor',
      get('vendor_id'),
    ])
    const mhz = numberOf(get('cpu MHz'))
    const help = 'CPU frequency in hertz from /proc/cpuinfo.'
    const labels = ['core', core, 'cpu', id, 'package', physical]
    if (mhz !== undefined) page.add('gauge', 'node_cpu_frequency_hertz', help, mhz * 1e6, labels)
    if (isFirst) {
      addWords(page, 'flag', wordsOf(get('flags')), options.cpuFlagsInclude, search)
      addWords(page, 'bug', wordsOf(get('bugs')), options.cpuBugsInclude, search)
    }
    isFirst = false
  }
}

function addWords(
  page: Page,
  what: string,
  words: readonly string[],
  include: string,
  search: Search,
): void {
  if (include === '') return
  const wanted = searcher(include, search)
  const help = `The \`${what}s\` field of CPU information from /proc/cpuinfo taken from the first core.`
  for (const word of words)
    if (wanted(word)) page.gauge(`node_cpu_${what}_info`, help, 1, what, word)
}

const FREQUENCIES = [
  ['cpuinfo_cur_freq', 'node_cpu_frequency_hertz', 'Current CPU thread frequency in hertz.'],
  ['cpuinfo_min_freq', 'node_cpu_frequency_min_hertz', 'Minimum CPU thread frequency in hertz.'],
  ['cpuinfo_max_freq', 'node_cpu_frequency_max_hertz', 'Maximum CPU thread frequency in hertz.'],
  [
    'scaling_cur_freq',
    'node_cpu_scaling_frequency_hertz',
    'Current scaled CPU thread frequency in hertz.',
  ],
  [
    'scaling_min_freq',
    'node_cpu_scaling_frequency_min_hertz',
    'Minimum scaled CPU thread frequency in hertz.',
  ],
  [
    'scaling_max_freq',
    'node_cpu_scaling_frequency_max_hertz',
    'Maximum scaled CPU thread frequency in hertz.',
  ],
] as const

export const cpufreq: Collector = {
  name: 'cpufreq',
  isDefault: true,
  start({ files, options }) {
    return (page) => {
      const cpus = cpusOf(files)
      if (cpus.length === 0) throw new NoData('no CPU in sysfs')
      for (const name of cpus) {
        const dir = `${files.sys}/devices/system/cpu/${name}/cpufreq`
        const id = name.slice(3)
        const names = new Set(files.list(dir))
        for (const [file, metric, help] of FREQUENCIES) {
          // With cpu.info the frequency comes from cpuinfo, under the same name.
          if (!names.has(file) || (options.cpuInfo && metric === 'node_cpu_frequency_hertz'))
            continue
          const kilohertz = files.number(`${dir}/${file}`)
          if (kilohertz !== undefined) page.gauge(metric, help, kilohertz * 1000, 'cpu', id)
        }
        const governor = files.word(`${dir}/scaling_governor`)
        const available = files.word(`${dir}/scaling_available_governors`)
        if (governor === undefined || available === undefined) continue
        for (const one of wordsOf(available)) {
          const help = 'Current enabled CPU frequency governor.'
          const isOn = one === governor ? 1 : 0
          page.gauge('node_cpu_scaling_governor', help, isOn, 'cpu', id, 'governor', one)
        }
      }
    }
  },
}
