// The host exporter beside Debian's, on the same machine at the same moment: families, types, HELP texts, labels and
// values. Ours has what came up to 1.12, Debian's is 1.5; every difference stands in this file.
import { existsSync } from 'node:fs'
import { parseFamilies } from '@pharos/exposition'
import { expect, test } from 'vitest'
import { freePort, pharos, start, until } from './process.ts'

const hasReference = existsSync('/usr/bin/prometheus-node-exporter')

/** Only there: what needs a system call that Node does not have, and the exporter's own runtime. */
const ONLY_THEIRS = /^(node_timex_|go_|promhttp_|process_virtual_memory_max_bytes$)/

/** Collectors of the reference that we do not have: hardware and services that most machines lack, and adjtimex(2). */
const NO_COLLECTOR =
  /^node_scrape_collector_success collector="(bcache|btrfs|fibrechannel|infiniband|ipvs|nfs|nfsd|rapl|systemd|tapestats|timex|zfs)"$/

/** Only here: families of later versions, and our own runtime. */
const ONLY_OURS =
  /^(node_filesystem_mount_info|node_kernel_hung_tasks_total|node_netstat_TcpExt_TCP(OFOQueue|RcvQDrop)|node_softnet_(backlog_len|cpu_collision_total|flow_limit_count_total|received_rps_total)|nodejs_.*|process_(cpu_system_seconds_total|cpu_user_seconds_total|heap_bytes))$/

/** Labels that came later: `rotational` of node_disk_info, `device_error` of node_filesystem_*, `adminstate` of node_network_info. */
const LATER_LABELS: ReadonlySet<string> = new Set(['rotational', 'device_error', 'adminstate'])

/** Left out by default since then. */
const LATER_EXCLUDED = /device="(z?ram|loop)\d+"/

/** Tell of the exporter, not of the machine. */
const OF_THE_EXPORTER = /^(node_exporter_build_info|node_scrape_collector_duration_seconds)/

interface Page {
  readonly families: ReadonlyMap<string, string>
  /** By name and labels. */
  readonly values: ReadonlyMap<string, number>
}

async function page(url: string): Promise<Page> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const families = new Map<string, string>()
  const values = new Map<string, number>()
  for (const { name, type, help, metrics } of parseFamilies(Buffer.from(text))) {
    families.set(name, name.startsWith('node_') ? `${type} ${help ?? ''}` : type)
    if (!name.startsWith('node_') || OF_THE_EXPORTER.test(name)) continue
    for (const { labels, value } of metrics) {
      let key = name
      for (let i = 0; i < labels.length; i += 2)
        if (!LATER_LABELS.has(labels[i]!)) key += ` ${labels[i]}="${labels[i + 1]}"`
      if (!LATER_EXCLUDED.test(key)) values.set(key, value as number)
    }
  }
  return { families, values }
}

const missing = (from: Iterable<string>, there: ReadonlyMap<string, unknown>): string[] =>
  [...from].filter((one) => !there.has(one))

test.skipIf(!hasReference)(
  "families, types, HELP texts, labels and values are those of Debian's node_exporter",
  async () => {
    const [theirPort, ourPort] = [await freePort(), await freePort()]
    start('prometheus-node-exporter', [`--web.listen-address=127.0.0.1:${theirPort}`])
    pharos(['node', `--web.listen-address=127.0.0.1:${ourPort}`])
    const ours = `http://127.0.0.1:${ourPort}`
    const theirs = `http://127.0.0.1:${theirPort}`
    const first = await until('our page', () => page(ours))
    const reference = await until('the page of the reference', () => page(theirs))
    expect(reference.families.size).toBeGreaterThan(200)
    expect(
      missing(reference.families.keys(), first.families).filter((one) => !ONLY_THEIRS.test(one)),
    ).toEqual([])
    expect(
      missing(first.families.keys(), reference.families).filter((one) => !ONLY_OURS.test(one)),
    ).toEqual([])
    const different = [...reference.families].flatMap(([name, told]) => {
      const own = first.families.get(name)
      return own === undefined || own === told ? [] : [`${name}: ${told} / ${own}`]
    })
    expect(different).toEqual([])

    // A value is right when it lies between that of our page before and that of our page after. Some fall and rise in
    // between, so everything has to be right once, not everything at once.
    const open = new Set<string>()
    for (const name of reference.values.keys())
      if (!ONLY_THEIRS.test(name) && !NO_COLLECTOR.test(name)) open.add(name)
    const compared = open.size
    expect(compared).toBeGreaterThan(300)
    await until(
      'every value to agree once',
      async () => {
        const [before, between, after] = [await page(ours), await page(theirs), await page(ours)]
        for (const name of open) {
          const value = between.values.get(name)
          const [a, b] = [before.values.get(name), after.values.get(name)]
          // Devices and mounts come and go on a machine that others use.
          if (value === undefined && a === undefined) open.delete(name)
          if (value === undefined || a === undefined || b === undefined) continue
          if (Math.min(a, b) - 1e-6 <= value && value <= Math.max(a, b) + 1e-6) open.delete(name)
        }
        if (open.size > 0) throw new Error([...open].join('\n'))
        return true
      },
      60_000,
    )
    console.log(`${compared} values of ${reference.families.size} families agree`)
  },
)
