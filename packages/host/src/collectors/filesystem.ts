// Space and inodes of mounted file systems.
//
// statfs(2) on a dead network file system blocks for minutes, and a blocked call in Node blocks the process.
// So network file systems are not asked unless the option says so, and are reported with a device error. A
// mount that took longer than SLOW_MS to answer is left out of the next scrapes for REST_MS.

import { OutsideError } from '@pharos/base'
import type { Collector, HostContext } from '../collector.ts'
import type { HostFiles } from '../host-files.ts'
import { deviceFilter } from '../options.ts'
import type { Page } from '../page.ts'

const SLOW_MS = 5_000
const REST_MS = 300_000

/** Types whose statfs asks another machine or a process in user space. */
const NETWORK_TYPES =
  /^(nfs[34]?|cifs|smb[23]?|smbfs|9p|afs|ceph|glusterfs|fuse\..+|fuse|lustre|ncpfs|gfs2?|ocfs2|beegfs|gpfs|davfs2?|virtiofs|orangefs|pvfs2)$/

interface Mount {
  readonly device: string
  readonly mountPoint: string
  readonly fsType: string
  readonly isReadOnly: boolean
  readonly major: string
  readonly minor: string
}

export const filesystem: Collector = {
  name: 'filesystem',
  isDefault: true,
  start(context) {
    const { files, options, search } = context
    const isPointWanted = deviceFilter(
      options.mountPointsExclude,
      options.mountPointsInclude,
      search,
    )
    const isTypeWanted = deviceFilter(options.fsTypesExclude, options.fsTypesInclude, search)
    const restUntilMs = new Map<string, number>()
    return (page) => {
      const seen = new Set<string>()
      for (const mount of mountsOf(files)) {
        if (!isPointWanted(mount.mountPoint) || !isTypeWanted(mount.fsType)) continue
        // One mount point may be mounted over several times.
        const key = JSON.stringify([mount.device, mount.mountPoint, mount.fsType])
        if (seen.has(key)) continue
        seen.add(key)
        addMount(page, context, mount, restUntilMs)
      }
    }
  },
}

function mountsOf(files: HostFiles): Mount[] {
  const text =
    files.maybe(`${files.proc}/1/mountinfo`) ?? files.text(`${files.proc}/self/mountinfo`)
  const mounts: Mount[] = []
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const dash = fields.indexOf('-', 6)
    if (dash < 0) continue
    const options = `${fields[5]},${fields[dash + 3] ?? ''}`.split(',')
    const [major = '', minor = ''] = fields[2]!.split(':')
    const point = fields[4]!.replaceAll('\\040', ' ').replaceAll('\\011', '\t')
    mounts.push({
      device: fields[dash + 2] ?? '',
      mountPoint: withoutRoot(point, files.root),
      fsType: fields[dash + 1] ?? '',
      isReadOnly: options.includes('ro') || options.includes('emergency_ro'),
      major,
      minor,
    })
  }
  return mounts
}

/** In a container the host's root is mounted at `root`; the page speaks of the host's own paths. */
function withoutRoot(path: string, root: string): string {
  if (root === '/' || root === '') return path
  const rest = path.startsWith(root) ? path.slice(root.length) : path
  return rest === '' ? '/' : rest
}

function addMount(
  page: Page,
  { files, clock, options }: HostContext,
  mount: Mount,
  restUntilMs: Map<string, number>,
): void {
  const { device, mountPoint, fsType } = mount
  const nowMs = clock.monotonicMs()
  let error = ''
  let space: ReturnType<HostFiles['disk']['spaceSync']> | undefined
  if (NETWORK_TYPES.test(fsType) && !options.networkFilesystems) error = 'network file system'
  else if ((restUntilMs.get(mountPoint) ?? 0) > nowMs) error = 'mountpoint timeout'
  else {
    try {
      space = files.disk.spaceSync(files.root === '/' ? mountPoint : `${files.root}${mountPoint}`)
    } catch (thrown) {
      if (!(thrown instanceof OutsideError)) throw thrown
      error = errnoText(thrown.code)
    }
    const endMs = clock.monotonicMs()
    if (endMs - nowMs > SLOW_MS) restUntilMs.set(mountPoint, endMs + REST_MS)
  }
  const labels = [
    'device',
    device,
    'device_error',
    error,
    'fstype',
    fsType,
    'mountpoint',
    mountPoint,
  ]
  const add = (name: string, help: string, value: number) =>
    page.add('gauge', `node_filesystem_${name}`, help, value, labels)
  const failed = error === '' ? 0 : 1
  const help = 'Whether an error occurred while getting statistics for the given device.'
  add('device_error', help, failed)
  add('readonly', 'Filesystem read-only status.', mount.isReadOnly ? 1 : 0)
  if (space === undefined) return
  add('size_bytes', 'Filesystem size in bytes.', space.totalBytes)
  add('free_bytes', 'Filesystem free space in bytes.', space.freeBytes)
  const available = 'Filesystem space available to non-root users in bytes.'
  add('avail_bytes', available, space.availableBytes)
  add('files', 'Filesystem total file nodes.', space.files)
  add('files_free', 'Filesystem total free file nodes.', space.filesFree)
  page.add('gauge', 'node_filesystem_mount_info', 'Filesystem mount information.', 1, [
    'device',
    device,
    'major',
    mount.major,
    'minor',
    mount.minor,
    'mountpoint',
    mountPoint,
  ])
}

const ERRNO_TEXTS: ReadonlyMap<string, string> = new Map([
  ['disk/eacces', 'permission denied'],
  ['disk/eperm', 'operation not permitted'],
  ['disk/enoent', 'no such file or directory'],
  ['disk/enotdir', 'not a directory'],
  ['disk/eio', 'input/output error'],
  ['disk/estale', 'stale NFS file handle'],
  ['disk/enotconn', 'transport endpoint is not connected'],
])

function errnoText(code: string): string {
  return ERRNO_TEXTS.get(code) ?? code
}
