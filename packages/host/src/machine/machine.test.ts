import { OutsideError } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { Registry } from '@pharos/client'
import { createHook } from 'node:async_hooks'
import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { expect, test } from 'vitest'
import type { HostDisk } from '../host-files.ts'
import { collectAppHost } from './app-host.ts'
import { localMachine } from './local-machine.ts'
import { Machine } from './machine.ts'

const isLinux = process.platform === 'linux'

/** Files that can be changed between two calls. */
function machineOf(files: Record<string, string>, clock: SimClock = new SimClock()): Machine {
  const missing = (path: string): never => {
    throw new OutsideError('disk/enoent', `${path}: no such file`)
  }
  const disk: HostDisk = {
    readTextSync: (path) => files[path] ?? missing(path),
    listSync: (path) => [
      ...new Set(
        Object.keys(files)
          .filter((name) => name.startsWith(`${path}/`))
          .map((name) => name.slice(path.length + 1).split('/')[0]!),
      ),
    ],
    readLinkSync: missing,
    statSync: () => undefined,
    spaceSync: () => ({
      blockBytes: 4096,
      totalBytes: 1000,
      freeBytes: 400,
      availableBytes: 300,
      files: 50,
      filesFree: 20,
    }),
  }
  return new Machine({ disk, clock })
}

test('CPU: shares of what went by, guests not counted twice, one number or one for each CPU', async () => {
  const files = {
    '/proc/stat':
      'cpu  200 0 100 700 0 0 0 0 50 0\ncpu0 100 0 50 350 0 0 0 0 0 0\ncpu1 100 0 50 350 0 0 0 0 50 0\nbtime 1700000000\n',
  }
  const machine = machineOf(files)
  expect(machine.cpuTimes()).toMatchObject([
    { cpu: 'cpu-total', user: 2, system: 1, idle: 7, guest: 0.5 },
  ])
  expect(machine.cpuTimes(true).map(({ cpu }) => cpu)).toEqual(['cpu0', 'cpu1'])
  // Nothing to compare with yet.
  expect(await machine.cpuPercent()).toEqual([0])
  expect(await machine.cpuPercent(0, true)).toEqual([0, 0])
  files['/proc/stat'] =
    'cpu  230 0 110 740 20 0 0 0 80 0\ncpu0 130 0 60 350 10 0 0 0 0 0\ncpu1 100 0 50 390 10 0 0 0 0 0\n'
  expect((await machine.cpuPercent())[0]).toBeCloseTo(40, 9)
  expect(await machine.cpuPercent(0, true)).toEqual([expect.closeTo(80, 9), 0])
  // Nothing has gone by since then.
  expect(await machine.cpuPercent()).toEqual([0])
})

test('CPU over an interval from now on', async () => {
  const files = { '/proc/stat': 'cpu  0 0 0 0\n' }
  const clock = new SimClock()
  const machine = machineOf(files, clock)
  const busy = machine.cpuPercent(1000)
  await Promise.resolve()
  files['/proc/stat'] = 'cpu  25 0 0 75\n'
  await clock.advance(1000)
  expect(await busy).toEqual([25])
})

test('memory, swap, disks, network, load', () => {
  const machine = machineOf({
    '/proc/meminfo':
      'MemTotal: 1000 kB\nMemFree: 200 kB\nMemAvailable: 600 kB\nBuffers: 50 kB\nCached: 300 kB\nSReclaimable: 50 kB\nShmem: 7 kB\nSwapTotal: 100 kB\nSwapFree: 75 kB\n',
    '/proc/vmstat': 'pswpin 2\npswpout 3\n',
    '/proc/diskstats': '   8       0 sda 10 0 20 3000 40 0 50 6000 0 7000 0\n',
    '/proc/net/dev':
      'Inter-|   Receive\n face |bytes\n  eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n eth0:1: 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n',
    '/proc/loadavg': '0.50 1.25 2.00 3/400 12345\n',
  })
  expect(machine.virtualMemory()).toMatchObject({
    totalBytes: 1000 * 1024,
    availableBytes: 600 * 1024,
    usedBytes: 400 * 1024,
    usedPercent: 40,
    cachedBytes: 350 * 1024,
  })
  expect(machine.swap()).toEqual({
    totalBytes: 100 * 1024,
    usedBytes: 25 * 1024,
    freeBytes: 75 * 1024,
    usedPercent: 25,
    inBytes: 8192,
    outBytes: 12288,
  })
  expect(machine.disk('/data')).toMatchObject({
    path: '/data',
    usedBytes: 600,
    freeBytes: 300,
    inodesUsed: 30,
  })
  expect(machine.disk('/data').usedPercent).toBeCloseTo(66.67, 2)
  expect(machine.diskCounters()).toEqual([
    {
      device: 'sda',
      reads: 10,
      readBytes: 10_240,
      readSeconds: 3,
      writes: 40,
      writtenBytes: 25_600,
      writeSeconds: 6,
      ioSeconds: 7,
    },
  ])
  expect(machine.net()).toMatchObject([
    { device: 'eth0', receivedBytes: 1, receiveDrops: 4, sentBytes: 5, sendDrops: 8 },
    { device: 'eth0:1', receivedBytes: 9 },
  ])
  expect(machine.load()).toEqual({ load1: 0.5, load5: 1.25, load15: 2, running: 3, threads: 400 })
})

test('processes: names with brackets, and those that end while one looks', () => {
  const stat = (name: string): string =>
    `7 (${name}) S 1 7 7 0 -1 0 0 0 0 0 250 50 0 0 20 0 3 0 1000 8192 5 0`
  const machine = machineOf({
    '/proc/stat': 'btime 1700000000\n',
    '/proc/7/stat': stat('a) R (b'),
    '/proc/8/stat': 'rubbish',
    '/proc/9/comm': 'ended',
    '/proc/self/stat': stat('self'),
  })
  expect(machine.pids()).toEqual([7, 8, 9])
  expect(machine.processes()).toEqual([
    {
      pid: 7,
      parentPid: 1,
      name: 'a) R (b',
      state: 'S',
      threads: 3,
      userSeconds: 2.5,
      systemSeconds: 0.5,
      residentBytes: 20_480,
      virtualBytes: 8192,
      startMs: 1_700_000_010_000,
    },
  ])
  expect(machine.process(9)).toBeUndefined()
})

test.skipIf(!isLinux)(
  'this machine: what the kernel and Node say, and no process is started for it',
  async () => {
    let children = 0
    const hook = createHook({
      init: (_id, type) => void (children += type === 'PROCESSWRAP' ? 1 : 0),
    }).enable()
    const machine = localMachine()
    expect(machine.virtualMemory().totalBytes).toBe(os.totalmem())
    const available = Number(
      /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1],
    )
    expect(Math.abs(machine.virtualMemory().availableBytes / 1024 - available)).toBeLessThan(
      0.2 * available,
    )
    expect(machine.cpuTimes(true)).toHaveLength(
      readFileSync('/proc/stat', 'utf8').match(/^cpu\d/gm)!.length,
    )
    const idle = machine.cpuTimes()[0]!.idle
    const [, , , , ticks] = readFileSync('/proc/stat', 'utf8').split(/\s+/)
    expect(Number(ticks) / 100 - idle).toBeGreaterThanOrEqual(0)
    expect(Number(ticks) / 100 - idle).toBeLessThan(60)
    const [busy] = await machine.cpuPercent(100)
    expect(busy).toBeGreaterThanOrEqual(0)
    expect(busy).toBeLessThanOrEqual(100)
    expect(machine.pids()).toContain(process.pid)
    const listed = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length
    expect(Math.abs(machine.pids().length - listed)).toBeLessThan(0.5 * listed + 20)
    const own = machine.process(process.pid)!
    expect(own).toMatchObject({ pid: process.pid, parentPid: process.ppid })
    expect(own.residentBytes / process.memoryUsage.rss()).toBeGreaterThan(0.5)
    expect(own.residentBytes / process.memoryUsage.rss()).toBeLessThan(2)
    expect(Math.abs(own.startMs - (Date.now() - process.uptime() * 1000))).toBeLessThan(60_000)
    const info = machine.hostInfo()
    expect(info).toMatchObject({ hostname: os.hostname(), kernelVersion: os.release() })
    expect(Math.abs(info.uptimeSeconds - os.uptime())).toBeLessThan(60)
    expect(machine.disk('/').totalBytes).toBeGreaterThan(0)
    expect(machine.net().map(({ device }) => device)).toEqual(
      expect.arrayContaining(Object.keys(os.networkInterfaces())),
    )
    expect(machine.load().load15).toBeGreaterThanOrEqual(0)
    expect(machine.diskCounters()).toBeDefined()
    expect(machine.swap().totalBytes).toBeGreaterThanOrEqual(0)
    hook.disable()
    expect(children).toBe(0)
  },
)

test("the first seed's gauges on the page of a service", async () => {
  const files = {
    '/proc/stat': 'cpu  0 0 0 0\nbtime 1\n',
    '/proc/meminfo': 'MemTotal: 1000 kB\nMemFree: 750 kB\n',
    '/proc/1/stat': '',
    '/proc/2/stat': '',
  }
  const registry = new Registry()
  collectAppHost(registry, machineOf(files))
  files['/proc/stat'] = 'cpu  10 0 0 30\n'
  const page = await registry.metrics()
  expect(page).toContain('\nsystem_cpu_usage_percent 25\n')
  expect(page).toContain('\nsystem_memory_usage_percent 25\n')
  expect(page).toContain('\nsystem_process_count 2\n')
  expect(page).toMatch(/\nnodejs_active_resources_total \d+\n/)
})
