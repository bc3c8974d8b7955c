import { SimClock } from '@pharos/base/sim'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHostExporter, type HostExporter, type HostOptions } from '../index.ts'
import { treeDisk } from '../tree-disk.fixture.ts'

interface Process {
  readonly pid: number
  readonly name: string
  /** Hundredths of a second. */
  readonly cpu: number
  readonly pages?: number
  readonly start?: number
  /** Undefined: belongs to somebody else. */
  readonly io?: readonly [read: number, written: number]
  readonly files?: number
  readonly cgroup?: string
  readonly command?: string
}

function filesOf(processes: readonly Process[]): Record<string, string> {
  const files: Record<string, string> = {}
  for (const {
    pid,
    name,
    cpu,
    pages = 0,
    start = 0,
    io,
    files: open,
    cgroup,
    command,
  } of processes) {
    files[`/proc/${pid}/stat`] =
      `${pid} (${name}) S 1 0 0 0 0 0 0 0 0 0 ${cpu} 0 0 0 0 0 1 0 ${start} 0 ${pages} 0\n`
    if (io !== undefined)
      files[`/proc/${pid}/io`] = `rchar: 9\nread_bytes: ${io[0]}\nwrite_bytes: ${io[1]}\n`
    for (let i = 0; i < (open ?? 0); i++) files[`/proc/${pid}/fd/${i}`] = ''
    if (command !== undefined) files[`/proc/${pid}/cmdline`] = command
    if (cgroup !== undefined) files[`/proc/${pid}/cgroup`] = cgroup
  }
  return files
}

/** An exporter over processes that can be changed between scrapes. */
function exporterOf(
  options: Partial<HostOptions>,
): (now: readonly Process[]) => (name: string) => Record<string, number> {
  const files: Record<string, string> = {}
  const exporter: HostExporter = createHostExporter({
    disk: treeDisk(files),
    clock: new SimClock(),
    disableDefaults: true,
    options,
  })
  return (now) => {
    for (const path of Object.keys(files)) delete files[path]
    Object.assign(files, filesOf(now))
    const families = new Map(exporter.families().map((one) => [one.name, one.metrics]))
    return (name) =>
      Object.fromEntries(
        (families.get(`node_processes_top_${name}`) ?? []).map(({ labels, value }) => [
          labels[1] ?? '',
          value ?? NaN,
        ]),
      )
  }
}

test('without the flag there is no such collector', () => {
  const exporter = createHostExporter({ disk: treeDisk({}), clock: new SimClock() })
  expect(exporter.enabled).not.toContain('processes-top')
  expect(exporter.text()).not.toContain('node_processes_top')
})

test('the largest of each kind are shown by name, the rest together', () => {
  const page = exporterOf({ processesTop: 1 })([
    { pid: 10, name: 'web', cpu: 500, pages: 1, io: [10, 0], files: 3 },
    { pid: 11, name: 'web', cpu: 100, pages: 1, io: [0, 5], files: 1 },
    { pid: 12, name: 'db) (x', cpu: 200, pages: 100, io: [0, 900], files: 9 },
    { pid: 13, name: 'other', cpu: 300, pages: 2 },
  ])
  expect(page('cpu_seconds_total')).toEqual({ web: 6, other: 5 })
  expect(page('resident_memory_bytes')).toEqual({ 'db) (x': 409_600, other: 16_384 })
  expect(page('open_fds')).toEqual({ 'db) (x': 9, other: 4 })
  expect(page('read_bytes_total')).toEqual({ web: 10, other: 0 })
  expect(page('written_bytes_total')).toEqual({ 'db) (x': 900, other: 5 })
  expect(page('processes')).toEqual({ web: 2, other: 2 })
  expect(page('unreadable')).toEqual({ '': 1 })
})

test('a group that comes begins at zero, and what it used until then is in the others', () => {
  const scrape = exporterOf({ processesTop: 1 })
  const cpu = (a: number, b: number) =>
    scrape([
      { pid: 1, name: 'a', cpu: a * 100 },
      { pid: 2, name: 'b', cpu: b * 100 },
    ])('cpu_seconds_total')
  expect(cpu(10, 1)).toEqual({ a: 10, other: 1 })
  expect(cpu(11, 2)).toEqual({ a: 11, other: 2 })
  expect(cpu(11, 60)).toEqual({ b: 0, other: 60 })
  expect(cpu(12, 80)).toEqual({ b: 20, other: 61 })
})

test('a process that took the number of another counts from its own start', () => {
  const scrape = exporterOf({ processesTop: 5 })
  scrape([{ pid: 7, name: 'a', cpu: 900, start: 1 }])
  const page = scrape([{ pid: 7, name: 'a', cpu: 100, start: 2 }])
  expect(page('cpu_seconds_total')).toEqual({ a: 10, other: 0 })
})

test('names that say nothing, or were cut off, are those of the programs', () => {
  const page = exporterOf({ processesTop: 5 })([
    { pid: 1, name: 'MainThread', cpu: 400, command: '/usr/bin/node\0server.js\0' },
    { pid: 12, name: 'prometheus-node', cpu: 300, command: 'prometheus-node-exporter\0' },
    { pid: 3, name: 'MainThread', cpu: 200 },
  ])
  expect(page('cpu_seconds_total')).toEqual({
    node: 4,
    'prometheus-node-exporter': 3,
    MainThread: 2,
    other: 0,
  })
})

test('groups can be cgroups', () => {
  const page = exporterOf({ processesTop: 2, processesTopGroupBy: 'cgroup' })([
    { pid: 1, name: 'a', cpu: 100, cgroup: '0::/system.slice/web.service\n' },
    { pid: 2, name: 'b', cpu: 300, cgroup: '4:memory:/old\n0::/system.slice/web.service\n' },
    { pid: 3, name: 'c', cpu: 200, cgroup: '2:cpu,cpuacct:/old\n' },
    { pid: 4, name: 'd', cpu: 10 },
  ])
  expect(page('cpu_seconds_total')).toEqual({
    '/system.slice/web.service': 4,
    '/old': 2,
    other: 0.1,
  })
})

test('whoever comes and goes, there are at most N names, no counter runs back, and the sum is that of all', () => {
  const step = fc.array(
    fc.record({ pid: fc.integer({ min: 1, max: 30 }), cpu: fc.integer({ min: 0, max: 500 }) }),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), (steps) => {
      const scrape = exporterOf({ processesTop: 3 })
      const used = new Map<number, number>()
      let before: Record<string, number> = {}
      for (const [i, changes] of steps.entries()) {
        let added = 0
        for (const { pid, cpu } of changes) {
          used.set(pid, (used.get(pid) ?? 0) + cpu)
          added += cpu
        }
        const shown = scrape(
          [...used].map(([pid, cpu]) => ({ pid, name: `p${pid % 8}`, cpu, pages: pid })),
        )
        const now = shown('cpu_seconds_total')
        expect(Object.keys(now).length).toBeLessThanOrEqual(4)
        let increase = 0
        for (const [group, value] of Object.entries(now)) {
          if (before[group] === undefined && i > 0) expect(value).toBe(0)
          expect(value).toBeGreaterThanOrEqual(before[group] ?? 0)
          increase += value - (before[group] ?? 0)
        }
        expect(increase).toBeCloseTo(added / 100, 6)
        const memory = Object.values(shown('resident_memory_bytes')).reduce((a, b) => a + b, 0)
        expect(memory).toBe([...used.keys()].reduce((a, b) => a + b, 0) * 4096)
        before = now
      }
    }),
  )
})
