// What flags can change. Every regular expression is searched for, not anchored, as in the reference.

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
  /** `--collector.processes-top`: how many groups of processes are shown for each resource; 0 for no such collector. */
  readonly processesTop: number
  /** What makes a group: the `name` of a program, or its `cgroup`. */
  readonly processesTopGroupBy: string
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
  processesTop: 0,
  processesTopGroupBy: 'name',
  textfileDirectory: '',
  machine: '',
  pageBytes: 4096,
}

/** Makes what tells whether a pattern is found anywhere in a text. @throws UserError when it does not compile */
export type Search = (pattern: string) => (text: string) => boolean

/** The patterns above mean the same to JavaScript and to RE2, which takes 11 MiB of memory to load. */
const OWN_PATTERNS: ReadonlyMap<string, RegExp> = new Map(
  Object.values(DEFAULT_OPTIONS)
    .filter((value) => typeof value === 'string')
    .map((pattern) => [pattern, new RegExp(pattern, 's')]),
)

/** @param search  for every pattern that is not one of ours */
export function searcher(pattern: string, search: Search): (text: string) => boolean {
  const own = OWN_PATTERNS.get(pattern)
  return own === undefined ? search(pattern) : (text) => own.test(text)
}

/** Whether a device is wanted: not excluded, and included where an inclusion is given. */
export function deviceFilter(
  exclude: string,
  include: string,
  search: Search,
): (name: string) => boolean {
  const no = exclude === '' || include !== '' ? undefined : searcher(exclude, search)
  const yes = include === '' ? undefined : searcher(include, search)
  return (name) => no?.(name) !== true && yes?.(name) !== false
}
