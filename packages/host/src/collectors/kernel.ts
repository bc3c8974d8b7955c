// Small kernel files with a number or two: load, entropy, file handles, pressure, scheduler, hung tasks.

import { type Collector, NoData } from '../collector.ts'
import { linesOf, wordsOf } from '../host-files.ts'

export const loadavg: Collector = {
  name: 'loadavg',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const loads = wordsOf(files.text(`${files.proc}/loadavg`))
      for (const [i, minutes] of ['1', '5', '15'].entries())
        page.gauge(`node_load${minutes}`, `${minutes}m load average.`, Number(loads[i]))
    }
  },
}

export const entropy: Collector = {
  name: 'entropy',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const dir = `${files.proc}/sys/kernel/random`
      const available = Number(files.text(`${dir}/entropy_avail`))
      page.gauge('node_entropy_available_bits', 'Bits of available entropy.', available)
      const size = Number(files.text(`${dir}/poolsize`))
      page.gauge('node_entropy_pool_size_bits', 'Bits of entropy pool.', size)
    }
  },
}

export const filefd: Collector = {
  name: 'filefd',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const [allocated, , maximum] = wordsOf(files.text(`${files.proc}/sys/fs/file-nr`))
      const help = 'File descriptor statistics: '
      page.gauge('node_filefd_allocated', `${help}allocated.`, Number(allocated))
      page.gauge('node_filefd_maximum', `${help}maximum.`, Number(maximum))
    }
  },
}

const WAITING = 'Total time in seconds that processes have waited'
const STALLED = 'Total time in seconds no process could make progress due to'
const PRESSURES: readonly (readonly [file: string, line: string, name: string, help: string])[] = [
  ['cpu', 'some', 'cpu_waiting', `${WAITING} for CPU time`],
  ['io', 'some', 'io_waiting', `${WAITING} due to IO congestion`],
  ['io', 'full', 'io_stalled', `${STALLED} IO congestion`],
  ['memory', 'some', 'memory_waiting', `${WAITING} for memory`],
  ['memory', 'full', 'memory_stalled', `${STALLED} memory congestion`],
  ['irq', 'full', 'irq_stalled', `${STALLED} IRQ congestion`],
]

export const pressure: Collector = {
  name: 'pressure',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const texts = new Map<string, string>()
      for (const file of ['cpu', 'io', 'memory', 'irq']) {
        const text = files.maybe(`${files.proc}/pressure/${file}`)
        if (text !== undefined) texts.set(file, text)
      }
      if (texts.size === 0) throw new NoData('the kernel was built or started without PSI')
      for (const [file, line, name, help] of PRESSURES) {
        const match = new RegExp(`^${line} .*total=([0-9]+)`, 'm').exec(texts.get(file) ?? '')
        if (match === null) continue
        page.counter(`node_pressure_${name}_seconds_total`, help, Number(match[1]) / 1000 / 1000)
      }
    }
  },
}

export const schedstat: Collector = {
  name: 'schedstat',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const text = files.maybe(`${files.proc}/schedstat`)
      if (text === undefined) throw new NoData('no schedstat')
      for (const line of linesOf(text)) {
        if (!/^cpu[0-9]/.test(line)) continue
        const fields = wordsOf(line)
        const id = fields[0]!.slice(3)
        const [running, waiting, slices] = [fields[7], fields[8], fields[9]]
        const labels = ['cpu', id]
        page.add(
          'counter',
          'node_schedstat_running_seconds_total',
          'Number of seconds CPU spent running a process.',
          Number(running) / 1e9,
          labels,
        )
        page.add(
          'counter',
          'node_schedstat_waiting_seconds_total',
          'Number of seconds spent by processing waiting for this CPU.',
          Number(waiting) / 1e9,
          labels,
        )
        page.add(
          'counter',
          'node_schedstat_timeslices_total',
          'Number of timeslices executed by CPU.',
          Number(slices),
          labels,
        )
      }
    }
  },
}

export const kernelHung: Collector = {
  name: 'kernel_hung',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const count = files.number(`${files.proc}/sys/kernel/hung_task_detect_count`)
      if (count === undefined) throw new NoData('the kernel does not count hung tasks')
      const help = 'Total number of tasks that have been detected as hung since the system booted.'
      page.counter('node_kernel_hung_tasks_total', help, count)
    }
  },
}
