// Devices that fail: bonded links, memory controllers, software RAID, NVMe drives, watchdogs.

import { type Collector, NoData } from '../collector.ts'
import { type HostFiles, wordsOf } from '../host-files.ts'
import type { Page } from '../page.ts'

export const bonding: Collector = {
  name: 'bonding',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const dir = `${files.sys}/class/net`
      const masters = files.word(`${dir}/bonding_masters`)
      if (masters === undefined) throw new NoData('no bonding driver')
      for (const master of masters.split(/\s+/).filter((name) => name !== '')) {
        const slaves = files.text(`${dir}/${master}/bonding/slaves`).trim()
        let active = 0
        let count = 0
        for (const slave of slaves.split(/\s+/).filter((name) => name !== '')) {
          count++
          // Older kernels say slave_ where newer ones say lower_.
          const state =
            files.word(`${dir}/${master}/lower_${slave}/bonding_slave/mii_status`) ??
            files.text(`${dir}/${master}/slave_${slave}/bonding_slave/mii_status`).trim()
          if (state === 'up') active++
        }
        const slavesHelp = 'Number of configured slaves per bonding interface.'
        page.gauge('node_bonding_slaves', slavesHelp, count, 'master', master)
        const activeHelp = 'Number of active slaves per bonding interface.'
        page.gauge('node_bonding_active', activeHelp, active, 'master', master)
      }
    }
  },
}

export const edac: Collector = {
  name: 'edac',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const root = `${files.sys}/devices/system/edac/mc`
      for (const entry of files.list(root)) {
        if (!/^mc[0-9]+$/.test(entry)) continue
        const controller = entry.slice(2)
        const dir = `${root}/${entry}`
        for (const [file, kind] of [
          ['ce', 'correctable'],
          ['ue', 'uncorrectable'],
        ] as const) {
          const total = Number(files.text(`${dir}/${file}_count`))
          const help = `Total ${kind} memory errors`
          const name = `errors_total`
          const labels = ['controller', controller]
          page.add('counter', `node_edac_${kind}_${name}`, `${help}.`, total, labels)
          const unknown = Number(files.text(`${dir}/${file}_noinfo_count`))
          const rowName = `node_edac_csrow_${kind}_${name}`
          const rowLabels = [...labels, 'csrow', 'unknown']
          page.add('counter', rowName, `${help} for this csrow.`, unknown, rowLabels)
          for (const row of files.list(dir)) {
            if (/^csrow[0-9]+$/.test(row))
              addRow(page, files, `${dir}/${row}`, file, kind, controller)
          }
        }
      }
    }
  },
}

function addRow(
  page: Page,
  files: HostFiles,
  dir: string,
  file: string,
  kind: string,
  controller: string,
): void {
  const csrow = dir.slice(dir.lastIndexOf('csrow') + 'csrow'.length)
  const help = `Total ${kind} memory errors for this`
  const count = Number(files.text(`${dir}/${file}_count`))
  const labels = ['controller', controller, 'csrow', csrow]
  page.add('counter', `node_edac_csrow_${kind}_errors_total`, `${help} csrow.`, count, labels)
  for (const entry of files.list(dir)) {
    const channel = /^ch([0-9]+)_ce_count$/.exec(entry)?.[1]
    if (channel === undefined) continue
    const errors = files.number(`${dir}/ch${channel}_${file}_count`)
    if (errors === undefined) continue
    const label = files.word(`${dir}/ch${channel}_dimm_label`) ?? 'unknown'
    const dimm = label
      .replaceAll('#', '')
      .replaceAll('csrow', '_csrow')
      .replaceAll('channel', '_channel')
    const about = ['channel', channel, ...labels, 'dimm_label', dimm]
    page.add('counter', `node_edac_channel_${kind}_errors_total`, `${help} channel.`, errors, about)
  }
}

export const mdadm: Collector = {
  name: 'mdadm',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const text = files.maybe(`${files.proc}/mdstat`)
      if (text === undefined) throw new NoData('no software RAID')
      const lines = text.split('\n')
      for (const [i, line] of lines.entries()) {
        if (!/^md\S* : /.test(line)) continue
        addArray(page, line, lines[i + 1] ?? '', lines.slice(i + 2, i + 4))
      }
      for (const device of files.list(`${files.sys}/block`)) {
        if (!device.startsWith('md')) continue
        const dir = `${files.sys}/block/${device}/md`
        const disks = files.number(`${dir}/raid_disks`)
        if (disks === undefined) continue
        page.gauge('node_md_raid_disks', 'Number of raid disks on device.', disks, 'device', device)
        // Levels without redundancy have no such file.
        const degraded = files.number(`${dir}/degraded`) ?? 0
        const help = 'Number of degraded disks on device.'
        page.gauge('node_md_degraded', help, degraded, 'device', device)
      }
    }
  },
}

const MD_STATES: readonly (readonly [label: string, state: string])[] = [
  ['active', 'active'],
  ['inactive', 'inactive'],
  ['recovering', 'recovering'],
  ['resync', 'resyncing'],
  ['check', 'checking'],
]

/** One array: its line, the line with its size, and the lines where a rebuild may stand. */
function addArray(page: Page, line: string, sizeLine: string, later: readonly string[]): void {
  const fields = wordsOf(line)
  const device = fields[0]!
  let state = fields[2] ?? ''
  const blocks = Number(wordsOf(sizeLine)[0])
  const slots = /\[([0-9]+)\/([0-9]+)\] \[[U_]+\]/.exec(sizeLine)
  let total = Number(slots?.[1] ?? 0)
  let active = Number(slots?.[2] ?? 0)
  if (line.includes('raid0') || line.includes('linear')) {
    total = line.split('[').length - 1
    active = total
  } else if (state === 'inactive') {
    total = 0
    active = 0
  }
  let synced = blocks
  const syncLine = (later[0]?.includes('bitmap') === true ? later[1] : later[0]) ?? ''
  const action = /recovery|resync|check|reshape/.exec(syncLine)?.[0]
  if (action !== undefined) {
    state =
      { recovery: 'recovering', resync: 'resyncing', check: 'checking' }[action] ?? 'reshaping'
    const isWaiting = /PENDING|DELAYED/.test(syncLine)
    synced = isWaiting ? 0 : Number(/\(([0-9]+)\/[0-9]+\)/.exec(syncLine)?.[1] ?? 0)
  }
  const add = (name: string, help: string, value: number, ...labels: string[]) =>
    page.add('gauge', `node_md_${name}`, help, value, ['device', device, ...labels])
  add('disks_required', 'Total number of disks of device.', total)
  const disks = 'Number of active/failed/spare disks of device.'
  add('disks', disks, active, 'state', 'active')
  add('disks', disks, line.split('(F)').length - 1, 'state', 'failed')
  add('disks', disks, line.split('(S)').length - 1, 'state', 'spare')
  for (const [label, name] of MD_STATES)
    add('state', 'Indicates the state of md-device.', state === name ? 1 : 0, 'state', label)
  add('blocks', 'Total number of blocks on device.', blocks)
  add('blocks_synced', 'Number of blocks synced on device.', synced)
}

export const nvme: Collector = {
  name: 'nvme',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const root = `${files.sys}/class/nvme`
      const devices = files.list(root)
      if (devices.length === 0) throw new NoData('no NVMe drive')
      for (const device of devices) {
        const dir = `${root}/${device}`
        const get = (file: string) => files.word(`${dir}/${file}`) ?? ''
        const help = 'Non-numeric data from /sys/class/nvme/<device>, value is always 1.'
        page.add('gauge', 'node_nvme_info', help, 1, [
          'cntlid',
          get('cntlid'),
          'device',
          device,
          'firmware_revision',
          get('firmware_rev'),
          'model',
          get('model'),
          'serial',
          get('serial'),
          'state',
          get('state'),
        ])
        for (const entry of files.list(dir)) {
          const id = /^nvme[0-9]+(?:c[0-9]+)?n([0-9]+)$/.exec(entry)?.[1]
          if (id !== undefined) addNamespace(page, files, `${dir}/${entry}`, device, id)
        }
      }
    }
  },
}

function addNamespace(page: Page, files: HostFiles, dir: string, device: string, id: string): void {
  const labels = ['device', device, 'nsid', id]
  const state = files.word(`${dir}/ana_state`) ?? 'unknown'
  const info = 'Information about NVMe namespaces. Value is always 1'
  page.add('gauge', 'node_nvme_namespace_info', info, 1, ['ana_state', state, ...labels])
  const blockBytes = files.number(`${dir}/queue/logical_block_size`) ?? 0
  const size = files.number(`${dir}/size`) ?? 0
  const used = files.number(`${dir}/nuse`) ?? 0
  const add = (name: string, help: string, value: number) =>
    page.add('gauge', `node_nvme_namespace_${name}`, help, value, labels)
  const capacity =
    'Capacity of the NVMe namespace in bytes. Computed as namespace_size * namespace_logical_block_size'
  add('capacity_bytes', capacity, size * blockBytes)
  const where = 'Available in /sys/class/nvme/<device>/<namespace>'
  add('size_bytes', `Size of the NVMe namespace in bytes. ${where}/size`, size * blockBytes)
  add('used_bytes', `Used space of the NVMe namespace in bytes. ${where}/nuse`, used * blockBytes)
  const block = `Logical block size of the NVMe namespace in bytes. Usually 4Kb. ${where}/queue/logical_block_size`
  add('logical_block_size_bytes', block, blockBytes)
}

/** File → family, less `node_watchdog_`. */
const WATCHDOG: readonly (readonly [file: string, name: string])[] = [
  ['bootstatus', 'bootstatus'],
  ['fw_version', 'fw_version'],
  ['nowayout', 'nowayout'],
  ['timeleft', 'timeleft_seconds'],
  ['timeout', 'timeout_seconds'],
  ['pretimeout', 'pretimeout_seconds'],
  ['access_cs0', 'access_cs0'],
]
const WATCHDOG_INFO: readonly string[] = [
  'identity',
  'name',
  'options',
  'pretimeout_governor',
  'state',
  'status',
]

export const watchdog: Collector = {
  name: 'watchdog',
  isDefault: true,
  start({ files }) {
    return (page) => {
      const root = `${files.sys}/class/watchdog`
      const names = files.list(root)
      if (names.length === 0) throw new NoData('no watchdog')
      for (const name of names) {
        for (const [file, family] of WATCHDOG) {
          const value = files.number(`${root}/${name}/${file}`)
          const help = `Value of /sys/class/watchdog/<watchdog>/${file}`
          if (value !== undefined) page.gauge(`node_watchdog_${family}`, help, value, 'name', name)
        }
        const labels = WATCHDOG_INFO.flatMap((label) => [
          label,
          label === 'name' ? name : (files.word(`${root}/${name}/${label}`) ?? ''),
        ])
        page.add('gauge', 'node_watchdog_info', 'Info of /sys/class/watchdog/<watchdog>', 1, labels)
      }
    }
  },
}
