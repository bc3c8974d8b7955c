// Network devices: their counters, and their properties in sysfs.

import { type Collector, NoData } from '../collector.ts'
import { type HostFiles, numberOf, wordsOf } from '../host-files.ts'
import { deviceFilter, searcher } from '../options.ts'
import type { Page } from '../page.ts'

/** Columns of /proc/net/dev. */
const COLUMNS: readonly string[] = [
  'receive_bytes',
  'receive_packets',
  'receive_errs',
  'receive_drop',
  'receive_fifo',
  'receive_frame',
  'receive_compressed',
  'receive_multicast',
  'transmit_bytes',
  'transmit_packets',
  'transmit_errs',
  'transmit_drop',
  'transmit_fifo',
  'transmit_colls',
  'transmit_carrier',
  'transmit_compressed',
]

export const netdev: Collector = {
  name: 'netdev',
  isDefault: true,
  start({ files, options, search }) {
    const isWanted = deviceFilter(options.netdevDeviceExclude, options.netdevDeviceInclude, search)
    return (page) => {
      const [, , ...lines] = files.lines(`${files.proc}/net/dev`)
      for (const line of lines) {
        const colon = line.lastIndexOf(':')
        const device = line.slice(0, colon).trim()
        if (colon < 0 || !isWanted(device)) continue
        const values = wordsOf(line.slice(colon + 1))
        for (const [i, name] of COLUMNS.entries()) addOne(page, name, values[i], device)
        // The reference asks by netlink, which has one counter more than the file.
        const path = `${files.sys}/class/net/${device}/statistics/rx_nohandler`
        addOne(page, 'receive_nohandler', files.word(path), device)
      }
    }
  },
}

function addOne(page: Page, name: string, text: string | undefined, device: string): void {
  if (text === undefined) return
  const help = `Network device statistic ${name}.`
  page.counter(`node_network_${name}_total`, help, Number(text), 'device', device)
}

const PROPERTIES: readonly (readonly [file: string, name: string])[] = [
  ['addr_assign_type', 'address_assign_type'],
  ['carrier', 'carrier'],
  ['carrier_changes', 'carrier_changes_total'],
  ['carrier_up_count', 'carrier_up_changes_total'],
  ['carrier_down_count', 'carrier_down_changes_total'],
  ['dev_id', 'device_id'],
  ['dormant', 'dormant'],
  ['flags', 'flags'],
  ['ifindex', 'iface_id'],
  ['iflink', 'iface_link'],
  ['link_mode', 'iface_link_mode'],
  ['mtu', 'mtu_bytes'],
  ['name_assign_type', 'name_assign_type'],
  ['netdev_group', 'net_dev_group'],
  ['speed', 'speed_bytes'],
  ['tx_queue_len', 'transmit_queue_length'],
  ['type', 'protocol_type'],
]

const INTERFACE_UP = 1

export const netclass: Collector = {
  name: 'netclass',
  isDefault: true,
  start({ files, options, search }) {
    const ignored = searcher(options.netclassIgnoredDevices, search)
    return (page) => {
      const devices = files.list(`${files.sys}/class/net`)
      if (devices.length === 0) throw new NoData('no network device in sysfs')
      for (const device of devices) {
        // The one plain file among the devices.
        if (device === 'bonding_masters' || ignored(device)) continue
        addProperties(page, files, device, options.netclassIgnoreInvalidSpeed)
      }
    }
  },
}

function addProperties(
  page: Page,
  files: HostFiles,
  device: string,
  ignoreInvalidSpeed: boolean,
): void {
  const dir = `${files.sys}/class/net/${device}`
  const names = new Set(files.list(dir))
  const word = (file: string) => (names.has(file) ? (files.word(`${dir}/${file}`) ?? '') : '')
  const state = word('operstate')
  let flags: number | undefined
  for (const [file, name] of PROPERTIES) {
    let value = numberOf(word(file))
    if (value === undefined) continue
    if (file === 'flags') flags = value
    if (file === 'speed') {
      // Megabits to bytes, cut to a whole number; -1 stands for unknown.
      if (value < 0 && ignoreInvalidSpeed) continue
      value = Math.trunc((value * 1_000_000) / 8)
    }
    const type = name.endsWith('_total') ? 'counter' : 'gauge'
    const help = `Network device property: ${name}`
    page.add(type, `node_network_${name}`, help, value, ['device', device])
  }
  const up = "Value is 1 if operstate is 'up', 0 otherwise."
  page.gauge('node_network_up', up, state === 'up' ? 1 : 0, 'device', device)
  const admin = flags === undefined ? 'unknown' : flags & INTERFACE_UP ? 'up' : 'down'
  const info = 'Non-numeric data from /sys/class/net/<iface>, value is always 1.'
  page.add('gauge', 'node_network_info', info, 1, [
    'address',
    word('address'),
    'adminstate',
    admin,
    'broadcast',
    word('broadcast'),
    'device',
    device,
    'duplex',
    word('duplex'),
    'ifalias',
    word('ifalias'),
    'operstate',
    state,
  ])
}
