// The machine for programs: what gopsutil answers, from the kernel's files and without starting a process. Linux only;
// elsewhere the files are missing, and asking throws.
import type { Clock } from '@pharos/base'
import { HostFiles, type HostDisk, numberOf, wordsOf } from '../host-files.ts'
import { allPids, type ProcessInfo, processInfo } from './process-info.ts'

/** USER_HZ: the kernel gives CPU times in hundredths of a second on every architecture. */
const TICKS_PER_SECOND = 100
const SECTOR_BYTES = 512
/** The kernel counts swapped pages of 4 KiB in vmstat; larger on some ARM servers. */
const PAGE_BYTES = 4096

/** Seconds since the start of the machine. */
export interface CpuTimes {
  /** `cpu-total`, or `cpu0`, `cpu1`, … */
  readonly cpu: string
  readonly user: number
  readonly nice: number
  readonly system: number
  readonly idle: number
  readonly iowait: number
  readonly irq: number
  readonly softirq: number
  readonly steal: number
  /** Within `user`. */
  readonly guest: number
  /** Within `nice`. */
  readonly guestNice: number
}

export interface VirtualMemory {
  readonly totalBytes: number
  /** What programs can have without swapping, as the kernel estimates it. */
  readonly availableBytes: number
  /** Total without what is free, in buffers or in caches. */
  readonly usedBytes: number
  /** 0 to 100. */
  readonly usedPercent: number
  readonly freeBytes: number
  readonly buffersBytes: number
  /** Caches that can be given back included. */
  readonly cachedBytes: number
  readonly sharedBytes: number
}

export interface Swap {
  readonly totalBytes: number
  readonly usedBytes: number
  readonly freeBytes: number
  readonly usedPercent: number
  /** Read back since the start of the machine. */
  readonly inBytes: number
  readonly outBytes: number
}

export interface DiskUsage {
  readonly path: string
  readonly totalBytes: number
  /** To an ordinary user. */
  readonly freeBytes: number
  readonly usedBytes: number
  /** Of what an ordinary user can have at all. */
  readonly usedPercent: number
  readonly inodesTotal: number
  readonly inodesFree: number
  readonly inodesUsed: number
}

export interface DiskCounters {
  readonly device: string
  readonly reads: number
  readonly readBytes: number
  readonly readSeconds: number
  readonly writes: number
  readonly writtenBytes: number
  readonly writeSeconds: number
  readonly ioSeconds: number
}

export interface NetCounters {
  readonly device: string
  readonly receivedBytes: number
  readonly receivedPackets: number
  readonly receiveErrors: number
  readonly receiveDrops: number
  readonly sentBytes: number
  readonly sentPackets: number
  readonly sendErrors: number
  readonly sendDrops: number
}

export interface Load {
  readonly load1: number
  readonly load5: number
  readonly load15: number
  readonly running: number
  readonly threads: number
}

export interface HostInfo {
  readonly hostname: string
  readonly bootMs: number
  readonly uptimeSeconds: number
  readonly processCount: number
  /** `debian`, `alpine`, … */
  readonly platform: string
  readonly platformVersion: string
  readonly kernelVersion: string
  /** Of the installation; undefined where the machine has none. */
  readonly machineId: string | undefined
}

export interface MachineSettings {
  readonly disk: HostDisk
  readonly clock: Clock
  /** Default `/proc`. */
  readonly procPath?: string
  /** Where the host's root is mounted. Default `/`. */
  readonly rootPath?: string
}

export class Machine {
  readonly #files: HostFiles
  readonly #clock: Clock
  readonly #proc: string
  #lastTimes: readonly CpuTimes[] = []

  constructor({ disk, clock, procPath = '/proc', rootPath = '/' }: MachineSettings) {
    this.#proc = procPath
    this.#clock = clock
    this.#files = new HostFiles(disk, {
      proc: procPath,
      sys: '/sys',
      root: rootPath,
      udev: '/run/udev/data',
    })
  }

  /** @throws OutsideError where there is no /proc, as the others of this class do */
  cpuTimes(perCpu = false): CpuTimes[] {
    return this.#files
      .lines(`${this.#proc}/stat`)
      .filter((line) => (perCpu ? /^cpu\d/ : /^cpu /).test(line))
      .map((line) => {
        const [name = '', ...ticks] = wordsOf(line)
        const seconds = (i: number): number => Number(ticks[i] ?? 0) / TICKS_PER_SECOND
        return {
          cpu: name === 'cpu' ? 'cpu-total' : name,
          user: seconds(0),
          nice: seconds(1),
          system: seconds(2),
          idle: seconds(3),
          iowait: seconds(4),
          irq: seconds(5),
          softirq: seconds(6),
          steal: seconds(7),
          guest: seconds(8),
          guestNice: seconds(9),
        }
      })
  }

  /**
   * How busy the CPUs were, 0 to 100: one number, or one for each CPU.
   * @param intervalMs  over so long from now on; 0: since the last call of this kind, 0 at the first
   * @source gopsutil cpu.Percent
   */
  async cpuPercent(intervalMs = 0, perCpu = false): Promise<number[]> {
    const before = intervalMs > 0 ? this.cpuTimes(perCpu) : this.#remembered(perCpu)
    if (intervalMs > 0) await this.#clock.sleep(intervalMs)
    const now = this.cpuTimes(perCpu)
    if (intervalMs <= 0) this.#remember(now)
    return now.map((one) => {
      const earlier = before.find(({ cpu }) => cpu === one.cpu)
      return earlier === undefined ? 0 : busyPercent(earlier, one)
    })
  }

  virtualMemory(): VirtualMemory {
    const of = this.#meminfo()
    const totalBytes = of('MemTotal')
    const freeBytes = of('MemFree')
    const buffersBytes = of('Buffers')
    const cachedBytes = of('Cached') + of('SReclaimable')
    const usedBytes = totalBytes - freeBytes - buffersBytes - cachedBytes
    return {
      totalBytes,
      availableBytes: of('MemAvailable'),
      usedBytes,
      usedPercent: percent(usedBytes, totalBytes),
      freeBytes,
      buffersBytes,
      cachedBytes,
      sharedBytes: of('Shmem'),
    }
  }

  swap(): Swap {
    const of = this.#meminfo()
    const [totalBytes, freeBytes] = [of('SwapTotal'), of('SwapFree')]
    const pages = new Map(
      this.#files.lines(`${this.#proc}/vmstat`).map((line) => wordsOf(line) as [string, string]),
    )
    const usedBytes = totalBytes - freeBytes
    return {
      totalBytes,
      usedBytes,
      freeBytes,
      usedPercent: percent(usedBytes, totalBytes),
      inBytes: Number(pages.get('pswpin') ?? 0) * PAGE_BYTES,
      outBytes: Number(pages.get('pswpout') ?? 0) * PAGE_BYTES,
    }
  }

  /** Of the file system that holds a path. A dead network file system blocks the process: do not ask for one. */
  disk(path = '/'): DiskUsage {
    const space = this.#files.disk.spaceSync(path)
    const usedBytes = space.totalBytes - space.freeBytes
    return {
      path,
      totalBytes: space.totalBytes,
      freeBytes: space.availableBytes,
      usedBytes,
      usedPercent: percent(usedBytes, usedBytes + space.availableBytes),
      inodesTotal: space.files,
      inodesFree: space.filesFree,
      inodesUsed: space.files - space.filesFree,
    }
  }

  diskCounters(): DiskCounters[] {
    return this.#files.lines(`${this.#proc}/diskstats`).map((line) => {
      const [, , device = '', ...fields] = wordsOf(line)
      const field = (i: number): number => Number(fields[i] ?? 0)
      return {
        device,
        reads: field(0),
        readBytes: field(2) * SECTOR_BYTES,
        readSeconds: field(3) / 1000,
        writes: field(4),
        writtenBytes: field(6) * SECTOR_BYTES,
        writeSeconds: field(7) / 1000,
        ioSeconds: field(9) / 1000,
      }
    })
  }

  net(): NetCounters[] {
    const [, , ...lines] = this.#files.lines(`${this.#proc}/net/dev`)
    return lines.map((line) => {
      const colon = line.lastIndexOf(':')
      const fields = wordsOf(line.slice(colon + 1))
      const field = (i: number): number => Number(fields[i] ?? 0)
      return {
        device: line.slice(0, colon).trim(),
        receivedBytes: field(0),
        receivedPackets: field(1),
        receiveErrors: field(2),
        receiveDrops: field(3),
        sentBytes: field(8),
        sentPackets: field(9),
        sendErrors: field(10),
        sendDrops: field(11),
      }
    })
  }

  load(): Load {
    const [load1, load5, load15, tasks = '0/0'] = wordsOf(this.#files.text(`${this.#proc}/loadavg`))
    const [running, threads] = tasks.split('/')
    return {
      load1: Number(load1),
      load5: Number(load5),
      load15: Number(load15),
      running: Number(running),
      threads: Number(threads),
    }
  }

  /** Numbers of all processes. */
  pids(): number[] {
    return allPids(this.#files)
  }

  /** Every process that could be read; one file for each. */
  processes(): ProcessInfo[] {
    const bootMs = this.#bootMs()
    return this.pids().flatMap((pid) => processInfo(this.#files, pid, bootMs) ?? [])
  }

  /** Undefined when there is no such process (any more). */
  process(pid: number): ProcessInfo | undefined {
    return processInfo(this.#files, pid, this.#bootMs())
  }

  hostInfo(): HostInfo {
    const files = this.#files
    const root = files.root === '/' ? '' : files.root
    const release = new Map(
      (files.maybe(`${root}/etc/os-release`) ?? '')
        .split('\n')
        .map((line) => /^(\w+)="?(.*?)"?$/.exec(line) ?? [])
        .map(([, key = '', value = '']) => [key, value]),
    )
    return {
      hostname: files.text(`${this.#proc}/sys/kernel/hostname`).trim(),
      bootMs: this.#bootMs(),
      uptimeSeconds: Number(wordsOf(files.text(`${this.#proc}/uptime`))[0]),
      processCount: this.pids().length,
      platform: release.get('ID') ?? 'linux',
      platformVersion: release.get('VERSION_ID') ?? '',
      kernelVersion: files.text(`${this.#proc}/sys/kernel/osrelease`).trim(),
      machineId: files.word(`${root}/etc/machine-id`),
    }
  }

  #bootMs(): number {
    const line = this.#files.lines(`${this.#proc}/stat`).find((one) => one.startsWith('btime '))
    return Number(line?.slice(6) ?? 0) * 1000
  }

  #meminfo(): (name: string) => number {
    const kilobytes = new Map(
      this.#files.lines(`${this.#proc}/meminfo`).map((line) => {
        const [name = '', rest = ''] = line.split(':')
        return [name, numberOf(wordsOf(rest)[0] ?? '') ?? 0]
      }),
    )
    return (name) => (kilobytes.get(name) ?? 0) * 1024
  }

  #remembered(perCpu: boolean): readonly CpuTimes[] {
    return this.#lastTimes.filter(({ cpu }) => (cpu === 'cpu-total') !== perCpu)
  }

  /** Totals and single CPUs are remembered side by side. */
  #remember(times: readonly CpuTimes[]): void {
    const names = new Set(times.map(({ cpu }) => cpu))
    this.#lastTimes = [...this.#lastTimes.filter(({ cpu }) => !names.has(cpu)), ...times]
  }
}

/** @source gopsutil calculateBusy: time of guests is counted in user and nice already */
function busyPercent(before: CpuTimes, now: CpuTimes): number {
  const [allBefore, busyBefore] = sums(before)
  const [all, busy] = sums(now)
  if (busy <= busyBefore) return 0
  if (all <= allBefore) return 100
  return Math.min(100, percent(busy - busyBefore, all - allBefore))
}

function sums(times: CpuTimes): [all: number, busy: number] {
  const { user, nice, system, idle, iowait, irq, softirq, steal } = times
  const busy = user + nice + system + irq + softirq + steal
  return [busy + idle + iowait, busy]
}

function percent(part: number, whole: number): number {
  return whole > 0 ? (100 * part) / whole : 0
}
