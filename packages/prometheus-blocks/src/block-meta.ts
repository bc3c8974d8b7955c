// meta.json of a block.

import { OutsideError } from '@pharos/base'
import { corrupt } from './big-endian.ts'

export interface BlockMeta {
  readonly ulid: string
  readonly minTime: number
  /** Behind the newest sample. */
  readonly maxTime: number
  readonly version: number
  readonly stats: {
    readonly numSamples: number
    readonly numSeries: number
    readonly numChunks: number
  }
  readonly compaction: { readonly level: number; readonly sources: readonly string[] }
}

const utf8 = new TextDecoder()

/** @throws OutsideError `blocks/corrupt`, `blocks/version` */
export function readMeta(bytes: Uint8Array, path: string): BlockMeta {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    throw new OutsideError('blocks/corrupt', `${path}/meta.json is no JSON`, { cause })
  }
  if (typeof value !== 'object' || value === null) throw corrupt(`${path}/meta.json is no object`)
  const { ulid, minTime, maxTime, version, stats, compaction } = value as Partial<BlockMeta>
  if (version !== 1) {
    throw new OutsideError(
      'blocks/version',
      `${path}: block of version ${version}, this program reads 1`,
    )
  }
  if (typeof ulid !== 'string' || !isTime(minTime) || !isTime(maxTime)) {
    throw corrupt(`${path}/meta.json wants ulid, minTime and maxTime`)
  }
  return {
    ulid,
    minTime,
    maxTime,
    version,
    stats: {
      numSamples: stats?.numSamples ?? 0,
      numSeries: stats?.numSeries ?? 0,
      numChunks: stats?.numChunks ?? 0,
    },
    compaction: { level: compaction?.level ?? 1, sources: compaction?.sources ?? [] },
  }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

export function metaBytes(meta: BlockMeta): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(meta, undefined, '\t')}\n`)
}
