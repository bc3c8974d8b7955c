import { OutsideError } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { lintMetrics, type MetricFamily, parseFamilies } from '@pharos/exposition'
import { expect, test } from 'vitest'
import {
  collectorNames,
  createHostExporter,
  type HostDisk,
  type HostExporterSettings,
} from './index.ts'
import { type Space, treeDisk } from './tree-disk.fixture.ts'

function scrape(
  name: string,
  disk: HostDisk,
  settings: Partial<HostExporterSettings> = {},
): Map<string, MetricFamily> {
  const clock = new SimClock()
  const exporter = createHostExporter({
    disk,
    clock,
    disableDefaults: true,
    collectors: { [name]: true },
    ...settings,
  })
  return new Map(exporter.families().map((family) => [family.name, family]))
}

function values(family: MetricFamily | undefined): (readonly [string, number | undefined])[] {
  return (family?.metrics ?? []).map(({ labels, value }) => [labels.join(' '), value] as const)
}

const SUCCESS = 'node_scrape_collector_success'

test('a machine without any file gives a page all the same', () => {
  const exporter = createHostExporter({ disk: treeDisk({}), clock: new SimClock() })
  const families = parseFamilies(exporter.text())
  const success = families.find(({ name }) => name === SUCCESS)
  expect(success?.metrics.length).toBe(exporter.enabled.length)
  expect(families.map(({ name }) => name)).toContain('node_exporter_build_info')
})

test('a collector that fails is reported, keeps what it found and does not touch the others', () => {
  const disk = treeDisk({
    '/proc/loadavg': '0.1 0.2 0.3 1/2 3\n',
    '/proc/sys/kernel/random/entropy_avail': '256\n',
    '/proc/sys/kernel/random/poolsize': () => {
      throw new TypeError('broken')
    },
  })
  const page = scrape('loadavg', disk, { collectors: { loadavg: true, entropy: true } })
  expect(values(page.get(SUCCESS))).toEqual([
    ['collector entropy', 0],
    ['collector loadavg', 1],
  ])
  expect(values(page.get('node_load5'))).toEqual([['', 0.2]])
  expect(values(page.get('node_entropy_available_bits'))).toEqual([['', 256]])
})

test('a kernel file that is not what it should be fails its collector only', () => {
  const disk = treeDisk({ '/proc/loadavg': 'high low\n', '/proc/sys/fs/file-nr': '1 0 9\n' })
  const page = scrape('loadavg', disk, { collectors: { loadavg: true, filefd: true } })
  expect(values(page.get(SUCCESS))).toEqual([
    ['collector filefd', 1],
    ['collector loadavg', 0],
  ])
  expect(page.has('node_load1')).toBe(false)
})

test('collect[] and exclude[] choose among the enabled collectors', () => {
  const exporter = createHostExporter({
    disk: treeDisk({}),
    clock: new SimClock(),
    collectors: { processes: true, cpu: false },
  })
  expect(exporter.enabled).toContain('processes')
  expect(exporter.enabled).not.toContain('cpu')
  const ran = (selection: Parameters<typeof exporter.families>[0]) =>
    exporter
      .families(selection)
      .find(({ name }) => name === SUCCESS)
      ?.metrics.map(({ labels }) => labels[1])
  expect(ran({ collect: ['loadavg', 'cpu'] })).toEqual(['loadavg'])
  expect(ran({ exclude: exporter.enabled.filter((name) => name !== 'stat') })).toEqual(['stat'])
})

test('CPU counters that run back a little stand still, and start anew after a hotplug', () => {
  let idle = 1000
  const disk = treeDisk({ '/proc/stat': () => `cpu  1 1 1 1\ncpu0 10 0 0 ${idle} 0 0 0 0 0 0\n` })
  const exporter = createHostExporter({
    disk,
    clock: new SimClock(),
    disableDefaults: true,
    collectors: { cpu: true },
  })
  const idleSeconds = () =>
    values(exporter.families().find(({ name }) => name === 'node_cpu_seconds_total')).find(
      ([labels]) => labels === 'cpu 0 mode idle',
    )?.[1]
  expect(idleSeconds()).toBe(10)
  idle = 990
  expect(idleSeconds()).toBe(10)
  idle = 1050
  expect(idleSeconds()).toBe(10.5)
  idle = 100
  expect(idleSeconds()).toBe(1)
})

const MOUNTS = `24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
25 24 0:40 / /my\\040disk ro - xfs /dev/sdb1 rw
26 24 0:41 / /net rw - nfs4 server:/x rw
27 24 0:22 / /proc rw - proc proc rw
28 24 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
`

function spaceOf(files: number): Space {
  return {
    blockBytes: 4096,
    totalBytes: 1000,
    freeBytes: 500,
    availableBytes: 400,
    files,
    filesFree: 2,
  }
}

test('file systems are asked once each, and those over the network not at all', () => {
  const asked: string[] = []
  const disk = treeDisk({ '/proc/1/mountinfo': MOUNTS }, (path) => {
    asked.push(path)
    if (path.includes('disk')) throw new OutsideError('disk/eacces', 'no')
    return spaceOf(10)
  })
  const page = scrape('filesystem', disk)
  expect(asked).toEqual(['/', '/my disk'])
  expect(values(page.get('node_filesystem_size_bytes'))).toEqual([
    ['device /dev/sda1 device_error  fstype ext4 mountpoint /', 1000],
  ])
  expect(
    values(page.get('node_filesystem_device_error')).map(([labels, v]) => `${labels} ${v}`),
  ).toEqual([
    'device /dev/sda1 device_error  fstype ext4 mountpoint / 0',
    'device /dev/sdb1 device_error permission denied fstype xfs mountpoint /my disk 1',
    'device server:/x device_error network file system fstype nfs4 mountpoint /net 1',
  ])
  expect(values(page.get('node_filesystem_readonly')).map(([, v]) => v)).toEqual([0, 1, 0])
  scrape('filesystem', disk, { options: { networkFilesystems: true } })
  expect(asked).toContain('/net')
})

test('a mount that answered late is left alone for a while', async () => {
  const clock = new SimClock()
  let asked = 0
  const disk = treeDisk(
    { '/proc/1/mountinfo': '24 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n' },
    () => {
      asked++
      slow()
      return spaceOf(1)
    },
  )
  let nowMs = 0
  const slow = () => {
    nowMs += 6_000
  }
  const exporter = createHostExporter({
    disk,
    clock: {
      now: () => clock.now(),
      monotonicMs: () => nowMs,
      after: clock.after.bind(clock),
      sleep: clock.sleep.bind(clock),
    },
    disableDefaults: true,
    collectors: { filesystem: true },
  })
  const errors = () =>
    values(exporter.families().find(({ name }) => name === 'node_filesystem_device_error'))
  expect(errors()[0]?.[0]).toContain('device_error  fstype')
  expect(errors()[0]?.[0]).toContain('device_error mountpoint timeout fstype')
  expect(asked).toBe(1)
  nowMs += 400_000
  expect(errors()[0]?.[0]).toContain('device_error  fstype')
  expect(asked).toBe(2)
})

test('a host seen from a container keeps its own paths', () => {
  const asked: string[] = []
  const disk = treeDisk(
    {
      '/host/proc/1/mountinfo': '24 1 8:1 / /rootfs rw - ext4 /dev/sda1 rw\n',
      '/rootfs/etc/os-release': 'ID=debian\nVERSION_ID="12.5"\nNAME=\'Debian\'\n',
    },
    (path) => {
      asked.push(path)
      return spaceOf(1)
    },
  )
  const settings = { procPath: '/host/proc', rootfsPath: '/rootfs' }
  const mounted = scrape('filesystem', disk, settings)
  expect(values(mounted.get('node_filesystem_files'))[0]?.[0]).toContain('mountpoint /')
  expect(asked).toEqual(['/rootfs/'])
  expect(values(scrape('os', disk, settings).get('node_os_version'))).toEqual([
    ['id debian id_like  name Debian', 12.5],
  ])
})

test('devices are chosen by inclusion or exclusion', () => {
  const disk = treeDisk({
    '/proc/diskstats':
      '8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 1 sda1 1 2 3 4 5 6 7 8 9 10 11\n7 0 loop0 1 2 3 4 5 6 7 8 9 10 11\n',
  })
  const devices = (options: HostExporterSettings['options']) =>
    values(
      scrape('diskstats', disk, options === undefined ? {} : { options }).get('node_disk_io_now'),
    ).map(([labels]) => labels)
  expect(devices(undefined)).toEqual(['device sda'])
  expect(devices({ diskDeviceInclude: '^sda' })).toEqual(['device sda', 'device sda1'])
  expect(devices({ diskDeviceExclude: '' })).toEqual(['device loop0', 'device sda', 'device sda1'])
})

test('text files are taken in, broken ones are reported', () => {
  const good = '# HELP a_total A.\n# TYPE a_total counter\na_total{x="1"} 1\n'
  const page = (files: Record<string, string>) =>
    scrape('textfile', treeDisk(files), { options: { textfileDirectory: '/text' } })
  const fine = page({ '/text/a.prom': good, '/text/b.prom': 'b 2\n', '/text/c.txt': 'nonsense' })
  expect(values(fine.get('a_total'))).toEqual([['x 1', 1]])
  expect(fine.get('b')?.help).toBe('Metric read from /text/b.prom')
  expect(values(fine.get('node_textfile_scrape_error'))).toEqual([['', 0]])
  const seconds = [['file /text/a.prom', 1_700_000_000] as const]
  const half = page({ '/text/a.prom': good, '/text/b.prom': 'b' })
  expect(values(half.get('node_textfile_mtime_seconds'))).toEqual(seconds)
  expect(page({}).has('node_textfile_mtime_seconds')).toBe(false)
  const failing = (text: string) =>
    values(
      page({ '/text/a.prom': good, '/text/b.prom': text }).get('node_textfile_scrape_error'),
    )[0]?.[1]
  expect(failing('b')).toBe(1)
  expect(failing('b 1 1000\n')).toBe(1)
  expect(failing('# HELP a_total B.\na_total 1\n')).toBe(1)
  expect(failing('# TYPE a_total gauge\na_total{x="2"} 1\n')).toBe(1)
})

test('the machine is what the kernel, the CPU or the caller says it is', () => {
  const machine = (files: Record<string, string>, options = {}) =>
    scrape('uname', treeDisk(files), { options }).get('node_uname_info')?.metrics[0]?.labels[3]
  const intel = 'model name\t: x\nflags\t\t: fpu lm aes\n'
  expect(machine({ '/proc/sys/kernel/arch': 's390x\n', '/proc/cpuinfo': intel })).toBe('s390x')
  expect(machine({ '/proc/cpuinfo': intel })).toBe('x86_64')
  expect(machine({ '/proc/cpuinfo': 'CPU architecture: 8\n' })).toBe('aarch64')
  expect(machine({ '/proc/cpuinfo': 'isa\t\t: rv64imafdc\n' })).toBe('riscv64')
  expect(machine({ '/proc/cpuinfo': 'flags\t\t: fpu calm\n' })).toBe('')
  expect(machine({ '/proc/cpuinfo': intel }, { machine: 'i686' })).toBe('i686')
})

test('memory of sockets is counted in pages of the size given', () => {
  const disk = treeDisk({ '/proc/net/sockstat': 'TCP: inuse 4 mem 3\n' })
  const bytes = (options = {}) =>
    values(scrape('sockstat', disk, { options }).get('node_sockstat_TCP_mem_bytes'))[0]?.[1]
  expect(bytes()).toBe(3 * 4096)
  expect(bytes({ pageBytes: 65_536 })).toBe(3 * 65_536)
})

test('names of collectors are unique and sorted', () => {
  const names = collectorNames().map(({ name }) => name)
  expect(names).toEqual([...new Set(names)].sort())
})

test('the page can be linted: what promlint minds is what the reference names so', () => {
  const disk = treeDisk({ '/proc/loadavg': '0.1 0.2 0.3 1/2 3\n' })
  const text = createHostExporter({
    disk,
    clock: new SimClock(),
    disableDefaults: true,
    collectors: { loadavg: true },
  }).text()
  expect(lintMetrics(text)).toEqual([])
})
