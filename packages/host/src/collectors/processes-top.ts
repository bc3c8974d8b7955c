// Which programs use the machine: of each resource the N groups of processes that use most, and all others in one
// series. The sum over a family is always the sum over all processes: whatever a group used while it was not shown, in
// the interval in which it comes and in that in which it goes, is counted in `other`. So no counter runs back, and
// sum(rate(…)) is what the machine spends however often the names change.

import { compareText } from '@pharos/model'
import type { Collector } from '../collector.ts'
import type { HostFiles } from '../host-files.ts'
import { allPids, type ProcessInfo, processInfo } from '../machine/process-info.ts'
import type { Page } from '../page.ts'

/** The group of all that is not shown by name; a program of that name is counted in it. */
const OTHER = 'other'
/** How much of what a group used before counts beside the last interval, so that one quiet scrape costs it nothing. */
const MEMORY = 0.8

interface Usage {
  /** Tells processes apart that had one number after the other. */
  readonly key: string
  readonly group: string
  /** Hundredths of a second, as the kernel counts them: whole numbers add up without an error. */
  readonly cpuTicks: number
  readonly residentBytes: number
  /** Undefined where the exporter may not look. */
  readonly openFiles: number | undefined
  readonly readBytes: number | undefined
  readonly writtenBytes: number | undefined
}

type Measure = (usage: Usage) => number | undefined

export const processesTop: Collector = {
  name: 'processes-top',
  isDefault: false,
  isWanted: ({ processesTop: count }) => count > 0,
  start({ files, options }) {
    const count = options.processesTop
    const counters = [
      new TopCounter('cpu_seconds_total', 'CPU time.', count, (one) => one.cpuTicks, 100),
      new TopCounter('read_bytes_total', 'Bytes read from disks.', count, (one) => one.readBytes),
      new TopCounter(
        'written_bytes_total',
        'Bytes written to disks.',
        count,
        (one) => one.writtenBytes,
      ),
    ]
    const gauges: readonly (readonly [name: string, help: string, Measure])[] = [
      ['resident_memory_bytes', 'Resident memory.', (one) => one.residentBytes],
      ['open_fds', 'Open file descriptors.', (one) => one.openFiles],
      ['processes', 'Number of processes.', () => 1],
    ]
    return (page) => {
      const all = usages(files, options.processesTopGroupBy === 'cgroup')
      for (const counter of counters) counter.show(page, all)
      for (const [name, help, measure] of gauges) {
        const sums = sumsByGroup(all, measure)
        show(page, 'gauge', name, help, apart(sums, new Set(ranked(sums).slice(0, count))))
      }
      page.gauge(
        'node_processes_top_unreadable',
        'Processes whose open files or disk traffic this exporter may not see.',
        all.filter(({ openFiles, readBytes }) => (openFiles ?? readBytes) === undefined).length,
      )
    }
  },
}

/** A counter for each of the groups that used most lately, and for the others together. */
class TopCounter {
  readonly #name: string
  readonly #help: string
  readonly #count: number
  readonly #measure: Measure
  readonly #unit: number
  /** By process, at the last scrape. */
  #last = new Map<string, number>()
  /** By group: what it used lately. Only of groups that there are. */
  #recent = new Map<string, number>()
  /** By group that is shown: since it is. */
  #totals: Map<string, number> | undefined
  #other = 0

  /** @param unit  how many of what is measured make one of what is shown */
  constructor(name: string, help: string, count: number, measure: Measure, unit = 1) {
    this.#name = name
    this.#help = help
    this.#count = count
    this.#measure = measure
    this.#unit = unit
  }

  show(page: Page, all: readonly Usage[]): void {
    const used = this.#usedSince(all)
    const recent = new Map<string, number>()
    for (const [group, value] of used)
      recent.set(group, value + MEMORY * (this.#recent.get(group) ?? 0))
    this.#recent = recent
    const top = new Set(ranked(recent).slice(0, this.#count))
    const before = this.#totals
    const { shown, other } = apart(used, before === undefined ? top : both(top, before))
    this.#other += other
    const totals = new Map<string, number>()
    // One that is new begins at zero: what it used until now stands in the others.
    for (const group of top) totals.set(group, (before?.get(group) ?? 0) + (shown.get(group) ?? 0))
    this.#totals = totals
    const inUnits = (value: number): number => value / this.#unit
    show(page, 'counter', this.#name, this.#help, {
      shown: new Map([...totals].map(([group, value]) => [group, inUnits(value)])),
      other: inUnits(this.#other),
    })
  }

  /** What each group used since the last scrape; of a process that is new, all it ever used. */
  #usedSince(all: readonly Usage[]): Map<string, number> {
    const before = this.#last
    const now = new Map<string, number>()
    const used = new Map<string, number>()
    for (const one of all) {
      const value = this.#measure(one)
      if (value === undefined) continue
      now.set(one.key, value)
      const step = Math.max(0, value - (before.get(one.key) ?? 0))
      used.set(one.group, (used.get(one.group) ?? 0) + step)
    }
    this.#last = now
    return used
  }
}

interface Shares {
  readonly shown: ReadonlyMap<string, number>
  readonly other: number
}

function both(top: ReadonlySet<string>, totals: ReadonlyMap<string, number>): Set<string> {
  return new Set([...top].filter((group) => totals.has(group)))
}

/** The groups that are shown, and the sum of the rest. */
function apart(sums: ReadonlyMap<string, number>, groups: ReadonlySet<string>): Shares {
  const shown = new Map<string, number>()
  let other = 0
  for (const [group, value] of sums) {
    if (groups.has(group)) shown.set(group, value)
    else other += value
  }
  return { shown, other }
}

function sumsByGroup(all: readonly Usage[], measure: Measure): Map<string, number> {
  const sums = new Map<string, number>()
  for (const one of all) {
    const value = measure(one)
    if (value !== undefined) sums.set(one.group, (sums.get(one.group) ?? 0) + value)
  }
  return sums
}

/** Groups, the largest first. */
function ranked(sums: ReadonlyMap<string, number>): string[] {
  return [...sums]
    .filter(([group, value]) => value > 0 && group !== OTHER)
    .sort(([a, left], [b, right]) => right - left || compareText(a, b))
    .map(([group]) => group)
}

function show(
  page: Page,
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  { shown, other }: Shares,
): void {
  const family = `node_processes_top_${name}`
  const text = `${help.slice(0, -1)} of the groups of processes that use most, and of all others.`
  for (const [group, value] of shown) page.add(type, family, text, value, ['group', group])
  page.add(type, family, text, other, ['group', OTHER])
}

function usages(files: HostFiles, isByCgroup: boolean): Usage[] {
  return allPids(files).flatMap((pid) => {
    const one = processInfo(files, pid, 0)
    // A process may end between the listing and the reading.
    if (one === undefined) return []
    const directory = `${files.proc}/${pid}`
    const io = files.maybe(`${directory}/io`)
    return [
      {
        key: `${pid} ${one.startMs}`,
        group: isByCgroup ? cgroupOf(files, directory) : nameOf(files, directory, one),
        cpuTicks: Math.round((one.userSeconds + one.systemSeconds) * 100),
        residentBytes: one.residentBytes,
        openFiles: files.entries(`${directory}/fd`)?.length,
        readBytes: ioField(io, 'read_bytes'),
        writtenBytes: ioField(io, 'write_bytes'),
      },
    ]
  })
}

/** What the kernel keeps of a name, in characters. */
const NAME_LENGTH = 15

/**
 * Threads of the kernel are many, and named after a CPU each: `kworker/0:1-events` is a `kworker`. A name that the kernel
 * cut off, or that says nothing (every Node calls itself `MainThread`), is that of the program instead.
 */
function nameOf(
  files: HostFiles,
  directory: string,
  { name, parentPid, pid }: ProcessInfo,
): string {
  if (parentPid === 2 || pid === 2) return name.replace(/[/:].*$/, '')
  if (name.length < NAME_LENGTH && name !== 'MainThread') return name
  const program = (files.maybe(`${directory}/cmdline`) ?? '').split('\0', 1)[0]!
  return program.split('/').at(-1) || name
}

/** The path below the cgroup hierarchy: of version 2, else of the first controller. */
function cgroupOf(files: HostFiles, directory: string): string {
  const lines = (files.maybe(`${directory}/cgroup`) ?? '').split('\n')
  const line = lines.find((one) => one.startsWith('0::')) ?? lines[0] ?? ''
  return /^\d+:[^:]*:(.+)$/.exec(line)?.[1] ?? '/'
}

function ioField(io: string | undefined, name: string): number | undefined {
  const text = io === undefined ? undefined : new RegExp(`^${name}: (\\d+)$`, 'm').exec(io)?.[1]
  return text === undefined ? undefined : Number(text)
}
