// /proc/stat beside the CPU times, and interrupts by CPU.

import { type Collector } from '../collector.ts'
import { wordsOf } from '../host-files.ts'
import type { Page } from '../page.ts'

const COUNTERS: ReadonlyMap<string, readonly [name: string, help: string]> = new Map([
  ['intr', ['node_intr_total', 'Total number of interrupts serviced.']],
  ['ctxt', ['node_context_switches_total', 'Total number of context switches.']],
  ['processes', ['node_forks_total', 'Total number of forks.']],
])
const GAUGES: ReadonlyMap<string, readonly [name: string, help: string]> = new Map([
  ['btime', ['node_boot_time_seconds', 'Node boot time, in unixtime.']],
  ['procs_running', ['node_procs_running', 'Number of processes in runnable state.']],
  [
    'procs_blocked',
    ['node_procs_blocked', 'Number of processes blocked waiting for I/O to complete.'],
  ],
])
const VECTORS: readonly string[] = [
  'hi',
  'timer',
  'net_tx',
  'net_rx',
  'block',
  'block_iopoll',
  'tasklet',
  'sched',
  'hrtimer',
  'rcu',
]

export const stat: Collector = {
  name: 'stat',
  isDefault: true,
  start({ files, options }) {
    return (page) => {
      for (const line of files.lines(`${files.proc}/stat`)) {
        // The line of interrupts has thousands of fields; only the first is wanted.
        const [key = '', first = '', ...rest] = line.startsWith('intr ')
          ? line.slice(0, 40).split(' ')
          : wordsOf(line)
        const counter = COUNTERS.get(key)
        if (counter !== undefined) page.counter(...counter, Number(first))
        const gauge = GAUGES.get(key)
        if (gauge !== undefined) page.gauge(...gauge, Number(first))
        if (key === 'softirq' && options.statSoftirq) addVectors(page, rest)
      }
    }
  },
}

function addVectors(page: Page, counts: readonly string[]): void {
  for (const [i, vector] of VECTORS.entries()) {
    const help = 'Number of softirq calls.'
    page.counter('node_softirqs_total', help, Number(counts[i] ?? 0), 'vector', vector)
  }
}

export const softirqs: Collector = {
  name: 'softirqs',
  isDefault: false,
  start({ files }) {
    return (page) => {
      const [, ...lines] = files.lines(`${files.proc}/softirqs`)
      for (const line of lines) {
        const [type = '', ...counts] = wordsOf(line)
        for (const [id, count] of counts.entries()) {
          const labels = ['cpu', String(id), 'type', type.replace(':', '')]
          const help = 'Softirq counts per CPU.'
          page.add('counter', 'node_softirqs_functions_total', help, Number(count), labels)
        }
      }
    }
  },
}

export const interrupts: Collector = {
  name: 'interrupts',
  isDefault: false,
  start({ files }) {
    return (page) => {
      const [head = '', ...lines] = files.lines(`${files.proc}/interrupts`)
      const cpuCount = wordsOf(head).length
      for (const line of lines) {
        const fields = wordsOf(line)
        // ERR and MIS have one count for the whole machine.
        if (fields.length < cpuCount + 2) continue
        const type = fields[0]!.replace(':', '')
        const isNumbered = /^[0-9]+$/.test(type)
        const info = isNumbered ? fields[cpuCount + 1]! : fields.slice(cpuCount + 1).join(' ')
        const devices = isNumbered ? fields.slice(cpuCount + 2).join(' ') : ''
        for (let id = 0; id < cpuCount; id++) {
          const labels = ['cpu', String(id), 'devices', devices, 'info', info, 'type', type]
          page.add(
            'counter',
            'node_interrupts_total',
            'Interrupt details.',
            Number(fields[id + 1]),
            labels,
          )
        }
      }
    }
  },
}
