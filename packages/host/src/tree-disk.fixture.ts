import { OutsideError } from '@pharos/base'
import type { HostDisk } from './index.ts'

export type Space = ReturnType<HostDisk['spaceSync']>

/** A tree from paths to texts; a function is called when its file is read. */
export function treeDisk(
  files: Readonly<Record<string, string | (() => string)>>,
  space: (path: string) => Space = () => missing('/'),
): HostDisk {
  return {
    readTextSync: (path) => {
      const file = files[path]
      return file === undefined ? missing(path) : typeof file === 'string' ? file : file()
    },
    listSync: (path) => {
      const names = Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1).split('/')[0]!)
      return names.length === 0 ? missing(path) : [...new Set(names)].sort()
    },
    readLinkSync: missing,
    statSync: (path) =>
      files[path] === undefined
        ? undefined
        : { bytes: files[path].length, modifiedMs: 1_700_000_000_999, isDirectory: false },
    spaceSync: space,
  }
}

function missing(path: string): never {
  throw new OutsideError('disk/enoent', `${path}: no such file`)
}
