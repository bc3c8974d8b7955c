// The table of collectors: what `--collector.<name>` knows.

import type { Collector } from './collector.ts'
import { cpu, cpufreq } from './collectors/cpu.ts'
import { diskstats } from './collectors/diskstats.ts'
import { filesystem } from './collectors/filesystem.ts'
import { bonding, edac, mdadm, nvme, watchdog } from './collectors/hardware.ts'
import { hwmon } from './collectors/hwmon.ts'
import { interrupts, softirqs, stat } from './collectors/stat.ts'
import { entropy, filefd, kernelHung, loadavg, pressure, schedstat } from './collectors/kernel.ts'
import { buddyinfo, cgroups, ksmd, meminfo, meminfoNuma, vmstat } from './collectors/memory.ts'
import { netclass, netdev } from './collectors/netdev.ts'
import { arp, conntrack, netstat, sockstat, softnet, udpQueues } from './collectors/netstat.ts'
import { powersupplyclass, thermalZone } from './collectors/power.ts'
import { processes } from './collectors/processes.ts'
import { processesTop } from './collectors/processes-top.ts'
import { dmi, os, selinux, uname } from './collectors/system.ts'
import { textfile } from './collectors/textfile.ts'
import { time } from './collectors/time.ts'
import { xfs } from './collectors/xfs.ts'

export const COLLECTORS: readonly Collector[] = [
  arp,
  bonding,
  buddyinfo,
  cgroups,
  conntrack,
  cpu,
  cpufreq,
  diskstats,
  dmi,
  edac,
  entropy,
  filefd,
  filesystem,
  hwmon,
  interrupts,
  kernelHung,
  ksmd,
  loadavg,
  mdadm,
  meminfo,
  meminfoNuma,
  netclass,
  netdev,
  netstat,
  nvme,
  os,
  powersupplyclass,
  pressure,
  processes,
  processesTop,
  schedstat,
  selinux,
  sockstat,
  softirqs,
  softnet,
  stat,
  textfile,
  thermalZone,
  time,
  udpQueues,
  uname,
  vmstat,
  watchdog,
  xfs,
]

/** Every collector that `--collector.<name>` switches, with whether it runs unless told otherwise. */
export function collectorNames(): { readonly name: string; readonly isDefault: boolean }[] {
  return COLLECTORS.filter(({ isWanted }) => isWanted === undefined).map(({ name, isDefault }) => ({
    name,
    isDefault,
  }))
}
