// Start: every WAL file into the head, oldest first. Torn tails are cut, damaged spans go to the quarantine, files that the
// disk does not give back stay for the next start; whatever is whole counts.

import { type Disk, type Logger, messageOf, OutsideError, type Pace } from '@pharos/base'
import { FILE_BYTES } from './limits.ts'
import { isDamage, type Quarantine } from './quarantine.ts'
import type { Tombstones } from './tombstones.ts'
import type { TsdbStats } from './tsdb-status.ts'
import { replayWalFile, type ReplayedFile, type ReplayTarget } from './wal/wal-replay.ts'

/** Reads of a file before a start goes on without it. */
const READ_ATTEMPTS = 5

interface WalFolder {
  readonly path: string
  readonly disk: Disk
  readonly log: Logger
  readonly stats: TsdbStats
  readonly quarantine: Quarantine
}

/** Watches over the memory that a start takes; see ReplayBudget. */
interface LogBudget {
  begin(logBytes: number): Promise<void>
  took(bytes: number): Promise<boolean>
}

/** @returns the sequence number of the next file, and of those that the disk did not give back */
export async function replayWal(
  folder: WalFolder,
  target: ReplayTarget,
  tombstones: Tombstones,
  progress: (sequence: number, last: number) => void,
  budget: LogBudget,
  pace: Pace,
): Promise<{ readonly next: number; readonly unread: ReadonlySet<number> }> {
  const sequences = await walSequences(folder)
  const unread = new Set<number>()
  const last = sequences.at(-1) ?? 0
  let logBytes = 0
  for (const one of sequences) {
    logBytes += (await folder.disk.stat(walPath(folder.path, one)))?.bytes ?? 0
  }
  await budget.begin(logBytes)
  for (const sequence of sequences) {
    const path = walPath(folder.path, sequence)
    progress(sequence, last)
    target.head.replayedSequence = sequence
    const bytes = await readOrQuarantine(folder, path)
    if (bytes === 'quarantined') continue
    if (bytes === 'unread') {
      unread.add(sequence)
      // A tile across the gap would make the next start believe that it has the rows of the gap.
      for (const group of target.head.groups) target.head.closeTile(group)
      continue
    }
    const hidden = tombstones.of(walName(sequence))
    const replayed = await replayWalFile(bytes, path, target, hidden, pace, (n) => budget.took(n))
    if (replayed.isStopped) {
      await setAside(folder, sequences.slice(sequences.indexOf(sequence)))
      break
    }
    await settleFile(folder, path, sequence, bytes, replayed)
  }
  // A number that a deletion names must not come back for another file.
  const named = tombstones.all.flatMap(({ files }) => [...files].filter(isWalName).map(Number))
  return { next: Math.max(last, ...named) + 1, unread }
}

/** What there is no memory for. The newest rows are in it: who wants them back starts with more memory and these files in place. */
async function setAside(
  { path, quarantine, log }: WalFolder,
  sequences: readonly number[],
): Promise<void> {
  log.error('the log needs more memory than there is; its newest files are set aside', {
    files: sequences.length,
    first: walPath(path, sequences[0]!),
  })
  for (const sequence of sequences) {
    await quarantine.move(walPath(path, sequence), 'over the memory limit of a rescue start')
  }
}

export function isWalName(name: string): boolean {
  return /^\d{8,15}$/.test(name)
}

export async function walSequences({ path, disk, quarantine }: WalFolder): Promise<number[]> {
  const sequences: number[] = []
  for (const name of await disk.list(path)) {
    if (isWalName(name)) sequences.push(Number(name))
    else await quarantine.move(`${path}/${name}`, 'no WAL file')
  }
  return sequences.sort((a, b) => a - b)
}

export function walPath(folder: string, sequence: number): string {
  return `${folder}/${walName(sequence)}`
}

export function walName(sequence: number): string {
  return String(sequence).padStart(8, '0')
}

/** A disk may fail for a while; what it does not give back stays where it is, and what cannot be a file of ours is set aside. */
export async function readOrQuarantine(
  { disk, log, quarantine }: Omit<WalFolder, 'path' | 'stats'>,
  path: string,
): Promise<Uint8Array | 'unread' | 'quarantined'> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await disk.readFile(path, FILE_BYTES)
    } catch (error) {
      if (error instanceof OutsideError && /emfile|enfile|eacces/.test(error.code)) throw error
      log.warn('file could not be read', { file: path, attempt, err: messageOf(error) })
      if (attempt < READ_ATTEMPTS) continue
      if (!isDamage(error)) return 'unread'
      await quarantine.move(path, `could not be read: ${messageOf(error)}`)
      return 'quarantined'
    }
  }
}

async function settleFile(
  folder: WalFolder,
  path: string,
  sequence: number,
  bytes: Uint8Array,
  { validBytes, damaged, lost }: ReplayedFile,
): Promise<void> {
  const { disk, log, stats, quarantine } = folder
  const tornBytes = bytes.length - validBytes
  if (tornBytes > 0) {
    stats.walTruncatedBytes += tornBytes
    log.warn('torn end of a WAL file cut off', { file: path, droppedBytes: tornBytes })
    await cut(disk, log, path, validBytes)
  }
  for (const [from, to] of damaged) {
    stats.walCorruptions++
    log.error('damaged span in a WAL file skipped', { file: path, from, bytes: to - from })
    const name = `wal-${sequence}-${from}`
    await quarantine.keep(name, bytes.subarray(from, to), `damaged span of ${path}`)
  }
  if (lost > 0) {
    log.error('records of the WAL are lost because what they refer to is damaged', {
      file: path,
      records: lost,
    })
    // The records themselves are whole: somebody may still want to look at them.
    await quarantine.keep(`wal-${sequence}`, bytes, `${lost} records could not be used`)
  }
}

async function cut(disk: Disk, log: Logger, path: string, bytes: number): Promise<void> {
  try {
    const file = await disk.open(path, 'append')
    try {
      await file.truncate(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    // It will be cut at the next start; nothing is written behind it.
    log.warn('WAL file could not be cut', { file: path, err: messageOf(error) })
  }
}
