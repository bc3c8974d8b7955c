import type { Disk } from '@pharos/base'

/** Makes a directory with all above it, and sees to it that their names survive a power cut. */
export async function makeDurableDirectory(disk: Disk, path: string): Promise<void> {
  if ((await disk.stat(path)) !== undefined) return
  const at = path.lastIndexOf('/')
  const parent = at > 0 ? path.slice(0, at) : at === 0 ? '/' : '.'
  if (parent !== path && parent !== '/' && parent !== '.') await makeDurableDirectory(disk, parent)
  await disk.makeDirectory(path)
  await disk.syncDirectory(parent)
}
