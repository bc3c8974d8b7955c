// How far a remote endpoint has come, over restarts. What waits is, from old to new: in memory, on disk, in memory.
//
//     sent │ lanes in memory │ records on disk │ open batches │ now
//          covered         head              tail
//
// Of what was in memory when a process was killed only these times are known; the store has the samples.
import { type Disk, OutsideError } from '@pharos/base'
import type { QueuePlace } from './disk-queue.ts'

export interface QueueState {
  /** Records on disk before it were dealt with. */
  readonly place: QueuePlace | undefined
  /** Everything up to here was sent or is on disk; ms since 1970. */
  readonly coveredMs: number
  /** What goes before the records on disk is not newer than this. */
  readonly headMs: number
  /** What goes behind them is newer than this. */
  readonly tailMs: number
}

const STATE_BYTES_MAX = 4096

/** @returns undefined when there is none, or none that can be read: then nothing is sent again */
export async function readState(disk: Disk, path: string): Promise<QueueState | undefined> {
  if ((await disk.stat(path)) === undefined) return undefined
  try {
    const text = new TextDecoder().decode(await disk.readFile(path, STATE_BYTES_MAX))
    const state: unknown = JSON.parse(text)
    if (typeof state !== 'object' || state === null) return undefined
    const { coveredMs, headMs, tailMs, file, offset } = state as Record<string, unknown>
    if (![coveredMs, headMs, tailMs].every(Number.isSafeInteger)) return undefined
    const hasPlace = Number.isSafeInteger(file) && Number.isSafeInteger(offset)
    return {
      coveredMs: coveredMs as number,
      headMs: headMs as number,
      tailMs: tailMs as number,
      place: hasPlace ? { file: file as number, offset: offset as number } : undefined,
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof OutsideError) return undefined
    throw error
  }
}

export function writeState(disk: Disk, path: string, state: QueueState): Promise<void> {
  const { coveredMs, headMs, tailMs } = state
  const text = JSON.stringify({ coveredMs, headMs, tailMs, ...state.place })
  return disk.writeFileAtomic(path, new TextEncoder().encode(`${text}\n`))
}
