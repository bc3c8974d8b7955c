// A disk whose files' appends and syncs a test can hold up, count or watch.

import type { Disk, OpenFile } from '@pharos/base'

/** Does the work of one call on a file, before or after whatever the test wants. */
type Around = (call: 'append' | 'sync', path: string, work: () => Promise<void>) => Promise<void>

export function wrappedDisk(disk: Disk, around: Around): Disk {
  return new Proxy(disk, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of)
      if (typeof value !== 'function') return value
      if (name !== 'open') return value.bind(of) as unknown
      return async (path: string, mode: 'read' | 'append' | 'create') =>
        wrappedFile(await of.open(path, mode), around)
    },
  })
}

function wrappedFile(file: OpenFile, around: Around): OpenFile {
  const { path } = file
  return {
    path,
    append: (bytes) => around('append', path, () => file.append(bytes)),
    sync: () => around('sync', path, () => file.sync()),
    readAtSync: (into, offset) => file.readAtSync(into, offset),
    truncate: (bytes) => file.truncate(bytes),
    size: () => file.size(),
    close: () => file.close(),
  }
}
