// The host exporter over the reference's fixture tree, against the page the reference makes of it.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { OutsideError } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { type MetricFamily, parseFamilies } from '@pharos/exposition'
import { createHostExporter, type HostDisk } from '@pharos/host'
import { expect, test } from 'vitest'

const dir = new URL('../../../shared/conformance/node_exporter/', import.meta.url)
const missing = !existsSync(dir)

/** A tree of files, directories and links, made of text archives and real directories. */
class FixtureDisk implements HostDisk {
  readonly #files = new Map<string, string>()
  readonly #links = new Map<string, string>()
  readonly #directories = new Map<string, Set<string>>()

  addArchive(text: string): void {
    const lines = text.split('\n')
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!
      if (line.startsWith('Directory: ')) this.#enter(`/${line.slice(11)}`, true)
      if (!line.startsWith('Path: ')) continue
      const path = `/${line.slice(6)}`
      const head = lines[++i]!
      if (head.startsWith('SymlinkTo: ')) {
        this.#links.set(path, head.slice(11))
        this.#enter(path, false)
        continue
      }
      const count = Number(head.slice('Lines: '.length))
      const body = lines.slice(i + 1, i + 1 + count)
      i += count
      const text = body.map((part) => part.replaceAll('NULLBYTE', '\0')).join('\n')
      // The archive marks a missing line feed at the end of a file with EOF.
      this.add(path, text.endsWith('EOF') ? text.slice(0, -3) : count === 0 ? '' : `${text}\n`)
    }
  }

  addReal(from: URL, to: string): void {
    for (const name of readdirSync(from)) {
      const url = new URL(encodeURIComponent(name), from)
      if (statSync(url).isDirectory()) this.addReal(new URL(`${url.href}/`), `${to}/${name}`)
      else this.add(`${to}/${name}`, readFileSync(url, 'utf8'))
    }
  }

  add(path: string, text: string): void {
    this.#files.set(path, text)
    this.#enter(path, false)
  }

  #enter(path: string, isDirectory: boolean): void {
    if (isDirectory && !this.#directories.has(path)) this.#directories.set(path, new Set())
    const slash = path.lastIndexOf('/')
    if (slash < 0) return
    const parent = path.slice(0, slash)
    if (!this.#directories.has(parent)) this.#enter(parent, true)
    this.#directories.get(parent)?.add(path.slice(slash + 1))
  }

  #real(path: string): string {
    let real = ''
    const rest = path.split('/').filter((part) => part !== '')
    for (let steps = 0; rest.length > 0 && steps < 200; steps++) {
      const part = rest.shift()!
      if (part === '.') continue
      if (part === '..') {
        real = real.slice(0, real.lastIndexOf('/'))
        continue
      }
      const link = this.#links.get(`${real}/${part}`)
      if (link === undefined) real += `/${part}`
      else rest.unshift(...link.split('/').filter((one) => one !== ''))
    }
    return real
  }

  readTextSync(path: string): string {
    const text = this.#files.get(this.#real(path))
    if (text === undefined) throw new OutsideError('disk/enoent', `read ${path}: no such file`)
    return text
  }

  listSync(path: string): string[] {
    const names = this.#directories.get(this.#real(path))
    if (names === undefined)
      throw new OutsideError('disk/enoent', `list ${path}: no such directory`)
    return [...names].sort()
  }

  readLinkSync(path: string): string {
    const slash = path.lastIndexOf('/')
    const link = this.#links.get(this.#real(path.slice(0, slash)) + path.slice(slash))
    if (link === undefined) throw new OutsideError('disk/einval', `read link ${path}: no link`)
    return link
  }

  statSync(path: string): ReturnType<HostDisk['statSync']> {
    const text = this.#files.get(this.#real(path))
    return text === undefined
      ? undefined
      : { bytes: text.length, modifiedMs: 1_700_000_000_000, isDirectory: false }
  }

  spaceSync(path: string): never {
    throw new OutsideError('disk/enoent', `space of ${path}: no such file`)
  }
}

function pageOf(): MetricFamily[] {
  const disk = new FixtureDisk()
  disk.addArchive(readFileSync(new URL('sys.ttar', dir), 'utf8'))
  disk.addArchive(readFileSync(new URL('udev.ttar', dir), 'utf8'))
  disk.addReal(new URL('proc/', dir), '/proc')
  disk.addReal(new URL('usr/', dir), '/usr')
  const text = 'collector/fixtures/textfile/two_metric_files'
  disk.addReal(new URL('textfile/two_metric_files/', dir), `/${text}`)
  const optional = ['buddyinfo', 'cgroups', 'interrupts', 'ksmd', 'meminfo_numa', 'processes']
  return createHostExporter({
    disk,
    clock: new SimClock(),
    udevPath: '/udev/data',
    rootfsPath: '/',
    collectors: {
      filesystem: false,
      netdev: false,
      selinux: false,
      uname: false,
      softirqs: true,
      ...Object.fromEntries(optional.map((name) => [name, true])),
    },
    options: {
      // The flags of the reference's own run.
      cpuInfo: true,
      cpuBugsInclude: '^(cpu_meltdown|spectre_.*|mds)$',
      cpuFlagsInclude: '^(aes|avx.?|constant_tsc)$',
      arpDeviceExclude: 'nope',
      hwmonChipInclude: '(applesmc|asus_nb_wmi|coretemp|hwmon4|ieee80211|nct6779)',
      netclassIgnoreInvalidSpeed: true,
      netclassIgnoredDevices: '(dmz|int)',
      statSoftirq: true,
      textfileDirectory: text,
    },
  }).families()
}

/** Of other machines, other clocks, or other programs. */
const OTHER =
  /^(go_|process_|promhttp_|node_exporter_build_info|node_scrape_collector_|node_time_(zone|seconds)|node_textfile_mtime)/

function samplesOf({ metrics }: MetricFamily): string[] {
  return metrics
    .map((metric) => {
      const pairs: string[] = []
      for (let i = 0; i < metric.labels.length; i += 2)
        pairs.push(`${metric.labels[i]}=${metric.labels[i + 1]}`)
      return `${pairs.sort().join()} ${metric.value}`
    })
    .sort()
}

/** Subsystem of the reference's page that we have no collector for → its families. */
const LACKING: Readonly<Record<string, number>> = {
  bcache: 28,
  bcachefs: 143,
  btrfs: 11,
  cpu: 1, // cpu_vulnerabilities
  dmmultipath: 7,
  drbd: 15,
  fibrechannel: 15,
  infiniband: 28,
  ipvs: 8,
  lnstat: 29,
  mountstats: 54,
  network: 13, // netdev: the reference asks the kernel of the test machine by netlink
  nfs: 6,
  nfsd: 14,
  pcidevice: 12,
  qdisc: 7,
  rapl: 2,
  slabinfo: 5,
  sysctl: 6,
  tape: 10,
  wifi: 14,
  xfrm: 28,
  zfs: 278,
  zoneinfo: 37,
}

test.skipIf(missing)('406 families over the fixtures are the reference’s', () => {
  const text = readFileSync(new URL('e2e-output.txt', dir), 'utf8')
  const reference = new Map(parseFamilies(text).map((family) => [family.name, family]))
  const wrong: unknown[] = []
  let equal = 0
  const page = pageOf().filter(({ name }) => !OTHER.test(name))
  for (const family of page) {
    const wanted = reference.get(family.name)
    const { name, type, help } = family
    if (wanted === undefined || wanted.type !== type || wanted.help !== help) {
      wrong.push({ name, type, help, wanted: [wanted?.type, wanted?.help] })
      continue
    }
    const [own, theirs] = [samplesOf(family), samplesOf(wanted)]
    const extra = own.filter((line) => !theirs.includes(line))
    const absent = theirs.filter((line) => !own.includes(line))
    if (extra.length + absent.length > 0) wrong.push({ name, extra, absent })
    else equal++
  }
  expect(wrong).toEqual([])
  expect(equal).toBe(406)

  const ours = new Set(page.map(({ name }) => name))
  const lacking: Record<string, number> = {}
  for (const name of reference.keys()) {
    const subsystem = name.split('_')[1]!
    if (!ours.has(name) && !OTHER.test(name)) lacking[subsystem] = (lacking[subsystem] ?? 0) + 1
  }
  expect(lacking).toEqual(LACKING)
})
