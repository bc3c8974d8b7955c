import { readdirSync, readFileSync } from 'node:fs'
import type { Registry } from '../registry.ts'
import type { Describe } from './description.ts'

/** Ticks of /proc/<pid>/stat per second; Linux has had 100 for user space on every architecture. */
const TICKS_PER_SECOND = 100

/** CPU, memory, file descriptors and start of this process. What the platform does not tell is left out. */
export function collectProcess(registry: Registry, describe: Describe): void {
  cpu(registry, describe)
  const start = registry.gauge(
    describe('process_start_time_seconds', 'Start time of the process, seconds since 1970.'),
  )
  start.set(startTimeSeconds())
  memory(registry, describe)
  fileDescriptors(registry, describe)
}

function cpu(registry: Registry, describe: Describe): void {
  const seconds = (read: (usage: NodeJS.CpuUsage) => number) => ({
    collect: (counter: { setTotal(total: number): void }) =>
      counter.setTotal(read(process.cpuUsage()) / 1e6),
  })
  registry.counter({
    ...describe('process_cpu_user_seconds_total', 'CPU time in user mode, seconds.'),
    ...seconds((usage) => usage.user),
  })
  registry.counter({
    ...describe('process_cpu_system_seconds_total', 'CPU time in the kernel, seconds.'),
    ...seconds((usage) => usage.system),
  })
  registry.counter({
    ...describe('process_cpu_seconds_total', 'CPU time in user mode and in the kernel, seconds.'),
    ...seconds((usage) => usage.user + usage.system),
  })
}

function memory(registry: Registry, describe: Describe): void {
  registry.gauge({
    ...describe('process_resident_memory_bytes', 'Resident memory, bytes.'),
    collect: (gauge) => gauge.set(process.memoryUsage.rss()),
  })
  if (statusBytes('VmSize') === undefined) return
  registry.gauge({
    ...describe('process_virtual_memory_bytes', 'Virtual memory, bytes.'),
    collect: (gauge) => gauge.set(statusBytes('VmSize') ?? 0),
  })
  registry.gauge({
    ...describe('process_heap_bytes', 'Data segment of the process, bytes.'),
    collect: (gauge) => gauge.set(statusBytes('VmData') ?? 0),
  })
}

function fileDescriptors(registry: Registry, describe: Describe): void {
  const limit = procText('limits')?.match(/^Max open files\s+(\d+|unlimited)/m)?.[1]
  if (limit === undefined) return
  registry.gauge({
    ...describe('process_open_fds', 'Open file descriptors.'),
    // Reading the directory opens one more, which is not counted.
    collect: (gauge) => gauge.set(readdirSync('/proc/self/fd').length - 1),
  })
  const max = registry.gauge(
    describe('process_max_fds', 'How many file descriptors may be open at once.'),
  )
  max.set(limit === 'unlimited' ? Infinity : Number(limit))
}

/** kB in /proc are 1024 bytes. */
function statusBytes(field: 'VmSize' | 'VmData'): number | undefined {
  const kilobytes = procText('status')?.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

function startTimeSeconds(): number {
  const stat = procText('stat')
  const boot = readText('/proc/stat')?.match(/^btime (\d+)/m)?.[1]
  if (stat !== undefined && boot !== undefined) {
    // The second field is the command in parentheses; the start is the 22nd.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return Number(boot) + Number(ticks) / TICKS_PER_SECOND
  }
  return Math.round(performance.timeOrigin / 1000)
}

function procText(file: string): string | undefined {
  return process.platform === 'linux' ? readText(`/proc/self/${file}`) : undefined
}

/** Undefined where there is no /proc, or it is closed to us: the metric is then left out. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === undefined ? String(error) : undefined
  }
}
