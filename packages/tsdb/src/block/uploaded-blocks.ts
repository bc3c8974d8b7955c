// Which blocks somebody else has copied away, as the file says that a Thanos sidecar keeps: {"version": 1, "uploaded": ["<ulid>", …]}.
// First blocks are joined only when they stand in it.

import { type Disk, type Logger, messageOf } from '@pharos/base'

/** A year of first blocks takes 120 KiB of names. */
const FILE_BYTES = 16 << 20

/** @returns the names; none when the file cannot be read or makes no sense, which is logged: the blocks wait then */
export async function uploadedBlocks(
  disk: Disk,
  path: string,
  log: Logger,
): Promise<ReadonlySet<string>> {
  try {
    const text = new TextDecoder().decode(await disk.readFile(path, FILE_BYTES))
    const { uploaded } = JSON.parse(text) as { uploaded?: unknown }
    if (!Array.isArray(uploaded)) throw new SyntaxError('"uploaded" is no list')
    return new Set(uploaded.filter((name) => typeof name === 'string'))
  } catch (error) {
    log.warn('blocks wait to be joined: what was uploaded is not known', {
      file: path,
      err: messageOf(error),
    })
    return new Set()
  }
}
