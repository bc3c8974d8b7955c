// What lies in a directory of dashboards: `*.json`, folders as directories. Links are not followed: a name in there
// never leads out of it.
import { type Disk, OutsideError } from '@pharos/base'
import { DASHBOARD_FILES_MAX, FOLDER_DEPTH_MAX } from './limits.ts'

export interface FoundFile {
  /** From the directory on: `Team A/http.json`. */
  readonly path: string
  readonly bytes: number
  readonly modifiedMs: number
}

export interface Scan {
  readonly files: readonly FoundFile[]
  /** Paths of directories, '' not among them. */
  readonly folders: readonly string[]
  /** What was left out and why. */
  readonly skipped: ReadonlyMap<string, string>
}

/** A directory that is not there is an empty one. */
export async function scanDirectory(disk: Disk, root: string): Promise<Scan> {
  const files: FoundFile[] = []
  const folders: string[] = []
  const skipped = new Map<string, string>()
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const name of await namesIn(disk, folder === '' ? root : `${root}/${folder}`)) {
      if (name.startsWith('.')) continue
      const path = folder === '' ? name : `${folder}/${name}`
      if (isLink(disk, `${root}/${path}`)) {
        skipped.set(path, 'a symbolic link; links are not followed')
        continue
      }
      const info = await disk.stat(`${root}/${path}`)
      if (info === undefined) continue
      if (info.isDirectory) {
        if (depth >= FOLDER_DEPTH_MAX)
          skipped.set(path, `deeper than ${FOLDER_DEPTH_MAX} directories`)
        else {
          folders.push(path)
          await visit(path, depth + 1)
        }
      } else if (name.endsWith('.json')) {
        if (files.length >= DASHBOARD_FILES_MAX)
          skipped.set(path, `more than ${DASHBOARD_FILES_MAX} files`)
        else files.push({ path, bytes: info.bytes, modifiedMs: info.modifiedMs })
      }
    }
  }
  await visit('', 1)
  return { files, folders, skipped }
}

async function namesIn(disk: Disk, path: string): Promise<string[]> {
  try {
    return await disk.list(path)
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'disk/enoent') return []
    throw error
  }
}

function isLink(disk: Disk, path: string): boolean {
  try {
    disk.readLinkSync(path)
    return true
  } catch (error) {
    // EINVAL says that it is none; what went away meanwhile is told by `stat`.
    if (error instanceof OutsideError) return false
    throw error
  }
}
