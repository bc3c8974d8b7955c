// How benchmarks measure. CPU time where it can be had, because wall time on shared machines is noise; runs
// are interleaved when two things are compared, and medians are quoted.
import { readFileSync } from 'node:fs'

export type Size = 'smoke' | 'full'

export interface Bench {
  /** The one question it answers. */
  readonly question: string
  /** Lines for people. Throws when what was computed is wrong, so that work cannot be optimised away. */
  run(size: Size): Promise<readonly string[]>
}

/** ns of CPU time that `work` takes for each of `count` items: median of `rounds` after one warm-up. */
export function cpuNsPerItem(count: number, rounds: number, work: () => void): number {
  work()
  const times = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return ((user + system) * 1000) / count
  })
  return median(times)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** User and system CPU seconds of a running process and its threads. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Resident memory of a running process, MiB. */
export function residentMib(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) / 1024
}

/** The most memory that a running process had resident, MiB. */
export function peakMib(pid: number): number {
  const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) / 1024
}
