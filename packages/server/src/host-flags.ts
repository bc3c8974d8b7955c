// The flags of the collectors: `--collector.x`, `--no-collector.x`, and their filters.
import { collectorNames, DEFAULT_OPTIONS, type HostOptions } from '@pharos/host/lean'
import { type Flag, flag } from './flag.ts'
import type { FlagReader } from './flag-reader.ts'

type TextOption = {
  [K in keyof HostOptions]: HostOptions[K] extends string ? K : never
}[keyof HostOptions]
type SwitchOption = {
  [K in keyof HostOptions]: HostOptions[K] extends boolean ? K : never
}[keyof HostOptions]

const TEXTS: readonly (readonly [string, TextOption, string])[] = [
  ['collector.cpu.info.flags-include', 'cpuFlagsInclude', 'Regex of the CPU flags that are shown.'],
  ['collector.cpu.info.bugs-include', 'cpuBugsInclude', 'Regex of the CPU bugs that are shown.'],
  [
    'collector.diskstats.device-exclude',
    'diskDeviceExclude',
    'Regex of the disks that are left out.',
  ],
  ['collector.diskstats.device-include', 'diskDeviceInclude', 'Regex of the disks that are shown.'],
  [
    'collector.filesystem.mount-points-exclude',
    'mountPointsExclude',
    'Regex of the mount points that are left out.',
  ],
  [
    'collector.filesystem.mount-points-include',
    'mountPointsInclude',
    'Regex of the mount points that are shown.',
  ],
  [
    'collector.filesystem.fs-types-exclude',
    'fsTypesExclude',
    'Regex of the file system types that are left out.',
  ],
  [
    'collector.filesystem.fs-types-include',
    'fsTypesInclude',
    'Regex of the file system types that are shown.',
  ],
  [
    'collector.netdev.device-exclude',
    'netdevDeviceExclude',
    'Regex of the network devices that are left out.',
  ],
  [
    'collector.netdev.device-include',
    'netdevDeviceInclude',
    'Regex of the network devices that are shown.',
  ],
  [
    'collector.netclass.ignored-devices',
    'netclassIgnoredDevices',
    'Regex of the network devices that netclass leaves out.',
  ],
  ['collector.arp.device-exclude', 'arpDeviceExclude', 'Regex of the devices that arp leaves out.'],
  ['collector.arp.device-include', 'arpDeviceInclude', 'Regex of the devices that arp shows.'],
  ['collector.netstat.fields', 'netstatFields', 'Regex of the fields of netstat.'],
  ['collector.vmstat.fields', 'vmstatFields', 'Regex of the fields of vmstat.'],
  ['collector.hwmon.chip-exclude', 'hwmonChipExclude', 'Regex of the sensors that are left out.'],
  ['collector.hwmon.chip-include', 'hwmonChipInclude', 'Regex of the sensors that are shown.'],
  [
    'collector.powersupply.ignored-supplies',
    'powerSupplyIgnored',
    'Regex of the power supplies that are left out.',
  ],
  ['collector.textfile.directory', 'textfileDirectory', 'Directory of .prom files.'],
]

type NumberOption = {
  [K in keyof HostOptions]: HostOptions[K] extends number ? K : never
}[keyof HostOptions]

const NUMBERS: readonly (readonly [string, NumberOption, string])[] = [
  [
    'collector.processes-top',
    'processesTop',
    'How many groups of processes are shown by CPU, memory, open files and disk traffic; 0 for none.',
  ],
]

const SWITCHES: readonly (readonly [string, SwitchOption, string])[] = [
  ['collector.cpu.info', 'cpuInfo', 'Show what the CPU is.'],
  ['collector.cpu.guest', 'cpuGuest', 'Show the time of guests.'],
  [
    'collector.netclass.ignore-invalid-speed',
    'netclassIgnoreInvalidSpeed',
    'Leave out a speed below zero.',
  ],
  ['collector.stat.softirq', 'statSoftirq', 'Show soft interrupts by vector.'],
]

export const HOST_FLAGS: readonly Flag[] = [
  ...collectorNames().map(({ name, isDefault }) =>
    flag(`collector.${name}`, 'bool', String(isDefault), `The ${name} collector.`, {
      isHidden: true,
    }),
  ),
  ...TEXTS.map(([name, key, help]) => flag(name, 'text', DEFAULT_OPTIONS[key], help)),
  ...NUMBERS.map(([name, key, help]) => flag(name, 'integer', String(DEFAULT_OPTIONS[key]), help)),
  flag(
    'collector.processes-top.group-by',
    'text',
    DEFAULT_OPTIONS.processesTopGroupBy,
    'What makes a group: the name of a program or its cgroup.',
    { oneOf: ['name', 'cgroup'] },
  ),
  ...SWITCHES.map(([name, key, help]) => flag(name, 'bool', String(DEFAULT_OPTIONS[key]), help)),
]

interface HostFlagValues {
  readonly collectors: Readonly<Record<string, boolean>>
  readonly options: Partial<HostOptions>
}

export function hostOptionsOf(flags: FlagReader): HostFlagValues {
  const collectors = Object.fromEntries(
    collectorNames()
      .filter(({ name }) => flags.isGiven(`collector.${name}`))
      .map(({ name }) => [name, flags.bool(`collector.${name}`)]),
  )
  const options = Object.fromEntries([
    ...TEXTS.map(([name, key]) => [key, flags.text(name)] as const),
    ...NUMBERS.map(([name, key]) => [key, flags.number(name)] as const),
    ['processesTopGroupBy', flags.text('collector.processes-top.group-by')] as const,
    ...SWITCHES.map(([name, key]) => [key, flags.bool(name)] as const),
  ]) as Partial<HostOptions>
  return { collectors, options }
}

/** Whether a pattern was given that is not one of the exporter's own. */
export function hasOwnPatterns(flags: FlagReader): boolean {
  return TEXTS.some(([name]) => flags.isGiven(name))
}
