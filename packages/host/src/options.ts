// What flags can change. Every regular expression is searched for, not anchored, as in the reference.

import { Regex } from '@pharos/model'

export interface HostOptions {
  /** `--collector.cpu.info`: CPU model and frequency from cpuinfo. */
  readonly cpuInfo: boolean
  readonly cpuGuest: boolean
  readonly cpuFlagsInclude: string
  readonly cpuBugsInclude: string
  readonly diskDeviceExclude: string
  readonly diskDeviceInclude: string
  readonly mountPointsExclude: string
  readonly mountPointsInclude: string
  readonly fsTypesExclude: string
  readonly fsTypesInclude: string
  /** Calls statfs on network file systems too: a dead server then blocks the process. */
  readonly networkFilesystems: boolean
  readonly netdevDeviceExclude: string
  readonly netdevDeviceInclude: string
  readonly netclassIgnoredDevices: string
  readonly netclassIgnoreInvalidSpeed: boolean
  readonly arpDeviceExclude: string
  readonly arpDeviceInclude: string
  readonly netstatFields: string
  readonly vmstatFields: string
  readonly hwmonChipExclude: string
  readonly hwmonChipInclude: string
  readonly powerSupplyIgnored: string
  readonly statSoftirq: boolean
  /** `--collector.textfile.directory`; '' for none. */
  readonly textfileDirectory: string
  /** What `uname -m` says; '' to take it from the files of the kernel. */
  readonly machine: string
  /** Size of a page of memory, in which sockstat counts. Larger than 4 KiB on some ARM servers. */
  readonly pageBytes: number
}

export const DEFAULT_OPTIONS: HostOptions = {
  cpuInfo: false,
  cpuGuest: true,
  cpuFlagsInclude: '',
  cpuBugsInclude: '',
  diskDeviceExclude: '^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$',
  diskDeviceInclude: '',
  mountPointsExclude:
    '^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)',
  mountPointsInclude: '',
  fsTypesExclude:
    '^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$',
  fsTypesInclude: '',
  networkFilesystems: false,
  netdevDeviceExclude: '',
  netdevDeviceInclude: '',
  netclassIgnoredDevices: '^$',
  netclassIgnoreInvalidSpeed: false,
  arpDeviceExclude: '',
  arpDeviceInclude: '',
  netstatFields:
    '^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$',
  vmstatFields: '^(oom_kill|pgpg|pswp|pg.*fault).*',
  hwmonChipExclude: '',
  hwmonChipInclude: '',
  powerSupplyIgnored: '^$',
  statSoftirq: false,
  textfileDirectory: '',
  machine: '',
  pageBytes: 4096,
}

/**
 * Whether a pattern is found anywhere in a text, in linear time whatever the pattern.
 * @throws UserError `model/regex` when it does not compile
 */
export function searcher(pattern: string): (text: string) => boolean {
  // Whole texts are what a label regex matches, and answers for texts met before are kept.
  const regex = Regex.anchored(`.*(?:${pattern}).*`)
  return (text) => regex.matches(text)
}

/** Whether a device is wanted: not excluded, and included where an inclusion is given. */
export function deviceFilter(exclude: string, include: string): (name: string) => boolean {
  const no = exclude === '' || include !== '' ? undefined : searcher(exclude)
  const yes = include === '' ? undefined : searcher(include)
  return (name) => no?.(name) !== true && yes?.(name) !== false
}
