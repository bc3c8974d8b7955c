// The file system as a parameter. Paths are absolute or relative to the process; separators are '/'.
// Every failure is an OutsideError whose code is `disk/` plus the errno in lower case: `disk/enospc`,
// `disk/enoent`, `disk/eio`, `disk/eacces`, `disk/erofs`, `disk/emfile`.
//
// Durability: bytes are safe after `sync()` of their file resolved AND, for a new or renamed name,
// `syncDirectory()` of its directory resolved. After a failed `sync` the pages are lost: never retry it.

export interface FileInfo {
  readonly bytes: number
  readonly modifiedMs: number
  readonly isDirectory: boolean
}

export interface OpenFile {
  readonly path: string
  /** Appends at the end. One write in flight at a time is the caller's duty. */
  append(bytes: Uint8Array): Promise<void>
  /** Reads up to `into.length` bytes from `offset`; returns how many were read (0 at the end). Blocking. */
  readAtSync(into: Uint8Array, offset: number): number
  sync(): Promise<void>
  truncate(bytes: number): Promise<void>
  size(): number
  close(): Promise<void>
}

export interface Disk {
  /** `read`: must exist. `append`: created when missing. `create`: must not exist. */
  open(path: string, mode: 'read' | 'append' | 'create'): Promise<OpenFile>
  readFile(path: string, limitBytes?: number): Promise<Uint8Array<ArrayBuffer>>
  /** For small kernel files (/proc, /sys) and start-up only: it blocks. Latin-1 safe: bytes are UTF-8 decoded. */
  readTextSync(path: string): string
  /** Names in a directory, sorted by code unit. Blocking, for /proc and /sys. */
  listSync(path: string): string[]
  /** What a symbolic link points to. Blocking, for /proc and /sys. */
  readLinkSync(path: string): string
  /** Blocking twin of `stat`. Links are followed. */
  statSync(path: string): FileInfo | undefined
  list(path: string): Promise<string[]>
  stat(path: string): Promise<FileInfo | undefined>
  makeDirectory(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  link(existing: string, added: string): Promise<void>
  remove(path: string): Promise<void>
  /** Removes a directory and all below it; a missing one is fine. */
  removeTree(path: string): Promise<void>
  syncDirectory(path: string): Promise<void>
  /** Writes aside, syncs, renames over `path`, syncs the directory. Readers see the old or the new bytes, never a mix. */
  writeFileAtomic(path: string, bytes: Uint8Array): Promise<void>
  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
  /** Blocking twin of `space` with inode counts, for the filesystem collector. */
  spaceSync(path: string): FileSystemSpace
  /**
   * Calls `changed` after something at or below `path` was changed, coalesced. Best effort: callers also
   * poll. Returns a function that stops watching.
   */
  watch(path: string, changed: () => void): () => void
  /**
   * Takes an exclusive lock that the kernel (or the simulation) gives back when its owner dies.
   * @throws OutsideError `disk/locked` when another process holds it; the message names its pid.
   */
  lock(path: string): Promise<{ release(): Promise<void> }>
}

/** statfs(2) of one file system; sizes in bytes. */
export interface FileSystemSpace {
  readonly blockBytes: number
  readonly totalBytes: number
  readonly freeBytes: number
  /** Free to an ordinary user. */
  readonly availableBytes: number
  readonly files: number
  readonly filesFree: number
}
