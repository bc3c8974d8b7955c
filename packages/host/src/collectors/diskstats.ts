// Block devices: /proc/diskstats, with what udev knows of each.

import type { Collector } from '../collector.ts'
import { type HostFiles, linesOf, numberOf, wordsOf } from '../host-files.ts'
import { deviceFilter } from '../options.ts'
import type { Page } from '../page.ts'

/** Sectors in kernel statistics have 512 bytes whatever the device uses. */
const SECTOR_BYTES = 512
const SECONDS_PER_TICK = 0.001

const FIELDS: readonly (readonly [
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  factor: number,
])[] = [
  ['counter', 'reads_completed_total', 'The total number of reads completed successfully.', 1],
  ['counter', 'reads_merged_total', 'The total number of reads merged.', 1],
  ['counter', 'read_bytes_total', 'The total number of bytes read successfully.', SECTOR_BYTES],
  [
    'counter',
    'read_time_seconds_total',
    'The total number of seconds spent by all reads.',
    SECONDS_PER_TICK,
  ],
  ['counter', 'writes_completed_total', 'The total number of writes completed successfully.', 1],
  ['counter', 'writes_merged_total', 'The number of writes merged.', 1],
  [
    'counter',
    'written_bytes_total',
    'The total number of bytes written successfully.',
    SECTOR_BYTES,
  ],
  [
    'counter',
    'write_time_seconds_total',
    'This is the total number of seconds spent by all writes.',
    SECONDS_PER_TICK,
  ],
  ['gauge', 'io_now', 'The number of I/Os currently in progress.', 1],
  ['counter', 'io_time_seconds_total', 'Total seconds spent doing I/Os.', SECONDS_PER_TICK],
  [
    'counter',
    'io_time_weighted_seconds_total',
    'The weighted # of seconds spent doing I/Os.',
    SECONDS_PER_TICK,
  ],
  [
    'counter',
    'discards_completed_total',
    'The total number of discards completed successfully.',
    1,
  ],
  ['counter', 'discards_merged_total', 'The total number of discards merged.', 1],
  ['counter', 'discarded_sectors_total', 'The total number of sectors discarded successfully.', 1],
  [
    'counter',
    'discard_time_seconds_total',
    'This is the total number of seconds spent by all discards.',
    SECONDS_PER_TICK,
  ],
  [
    'counter',
    'flush_requests_total',
    'The total number of flush requests completed successfully',
    1,
  ],
  [
    'counter',
    'flush_requests_time_seconds_total',
    'This is the total number of seconds spent by all flush requests.',
    SECONDS_PER_TICK,
  ],
]

const ATA: readonly (readonly [key: string, name: string, help: string])[] = [
  ['ID_ATA_WRITE_CACHE', 'node_disk_ata_write_cache', 'ATA disk has a write cache.'],
  [
    'ID_ATA_WRITE_CACHE_ENABLED',
    'node_disk_ata_write_cache_enabled',
    'ATA disk has its write cache enabled.',
  ],
  [
    'ID_ATA_ROTATION_RATE_RPM',
    'node_disk_ata_rotation_rate_rpm',
    'ATA disk rotation rate in RPMs (0 for SSDs).',
  ],
]

export const diskstats: Collector = {
  name: 'diskstats',
  isDefault: true,
  start({ files, options, search }) {
    const isWanted = deviceFilter(options.diskDeviceExclude, options.diskDeviceInclude, search)
    return (page) => {
      const hasUdev = files.list(files.udev).length > 0
      for (const line of files.lines(`${files.proc}/diskstats`)) {
        const [major = '', minor = '', device = '', ...values] = wordsOf(line)
        if (!isWanted(device)) continue
        for (const [i, [type, name, help, factor]] of FIELDS.entries()) {
          // Older kernels have no discards, still older no flushes.
          const value = values[i]
          if (value === undefined) break
          page.add(type, `node_disk_${name}`, help, Number(value) * factor, ['device', device])
        }
        const udev = hasUdev ? udevOf(files, major, minor) : new Map<string, string>()
        addInfo(page, files, device, major, minor, udev)
      }
    }
  },
}

function udevOf(files: HostFiles, major: string, minor: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const line of linesOf(files.maybe(`${files.udev}/b${major}:${minor}`) ?? '')) {
    const equal = line.indexOf('=')
    if (line.startsWith('E:') && equal > 0)
      properties.set(line.slice(2, equal), line.slice(equal + 1))
  }
  return properties
}

function addInfo(
  page: Page,
  files: HostFiles,
  device: string,
  major: string,
  minor: string,
  udev: ReadonlyMap<string, string>,
): void {
  const get = (key: string) => udev.get(key) ?? ''
  // A device with a slash in its name has a ! there in sysfs.
  const queue = `${files.sys}/block/${device.replaceAll('/', '!')}/queue`
  const rotational = files.number(`${queue}/rotational`) === 1 ? '1' : '0'
  const serial = get('SCSI_IDENT_SERIAL') || get('ID_SERIAL_SHORT') || get('ID_SERIAL')
  page.add('gauge', 'node_disk_info', 'Info of /sys/block/<block_device>.', 1, [
    'device',
    device,
    'major',
    major,
    'minor',
    minor,
    'model',
    get('ID_MODEL'),
    'path',
    get('ID_PATH'),
    'revision',
    get('ID_REVISION'),
    'rotational',
    rotational,
    'serial',
    serial,
    'wwn',
    get('ID_WWN'),
  ])
  if (get('ID_FS_TYPE') !== '') {
    page.add('gauge', 'node_disk_filesystem_info', 'Info about disk filesystem.', 1, [
      'device',
      device,
      'type',
      get('ID_FS_TYPE'),
      'usage',
      get('ID_FS_USAGE'),
      'uuid',
      get('ID_FS_UUID'),
      'version',
      get('ID_FS_VERSION'),
    ])
  }
  if (get('DM_NAME') !== '') {
    page.add('gauge', 'node_disk_device_mapper_info', 'Info about disk device mapper.', 1, [
      'device',
      device,
      'lv_layer',
      get('DM_LV_LAYER'),
      'lv_name',
      get('DM_LV_NAME'),
      'name',
      get('DM_NAME'),
      'uuid',
      get('DM_UUID'),
      'vg_name',
      get('DM_VG_NAME'),
    ])
  }
  if (get('ID_ATA') === '') return
  for (const [key, name, help] of ATA) {
    const value = numberOf(get(key))
    if (value !== undefined) page.gauge(name, help, value, 'device', device)
  }
}
