import { type Disk, ULID } from '@pharos/base'

/** Paths of the block directories in a data directory of Prometheus (or of a snapshot), oldest first. */
export async function findBlocks(disk: Disk, path: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await disk.list(path)) {
    if (ULID.test(name) && (await disk.stat(`${path}/${name}/meta.json`)) !== undefined) {
      found.push(`${path}/${name}`)
    }
  }
  return found.sort()
}
