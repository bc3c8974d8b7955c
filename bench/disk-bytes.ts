// What a peer's data take on disk once it has put them in order: blocks and index, without the log of writes.
import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from './peers.ts'

/** Files and folders may go while we look. */
function bytesBelow(directory: string): number {
  let bytes = 0
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) bytes += bytesBelow(path)
    else if (entry.isFile()) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Until nothing has changed for longer than any peer rests between two rounds of upkeep. */
async function settled(directory: string, restMs: number): Promise<void> {
  let before = -1
  for (let calm = 0, round = 0; calm < 4 && round < 60; round++) {
    const now = bytesBelow(directory)
    calm = now === before ? calm + 1 : 0
    before = now
    await pause(restMs)
  }
}

/**
 * Pharos and Prometheus are asked for a snapshot, which holds what is in memory too; VictoriaMetrics merges its parts.
 * @param restMs  between two looks whether something still changes
 */
export async function diskBytes(peer: Peer, restMs = 2000): Promise<number> {
  const data = join(peer.directory, 'data')
  if (peer.name === 'victoria-metrics') {
    await fetch(`${peer.base}/internal/force_flush`)
    await fetch(`${peer.base}/internal/force_merge`)
    await settled(data, restMs)
    return bytesBelow(join(data, 'data')) + bytesBelow(join(data, 'indexdb'))
  }
  if (peer.name === 'pharos') await settled(join(data, 'blocks'), restMs)
  const answer = await fetch(`${peer.base}/api/v1/admin/tsdb/snapshot`, { method: 'POST' })
  const { data: made } = (await answer.json()) as { data: { name: string } }
  return bytesBelow(join(data, 'snapshots', made.name))
}
