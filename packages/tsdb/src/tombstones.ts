// What was deleted and is still on disk. A deletion hides samples of the files that exist when it is asked for, and of
// those files alone: what is written later goes into other files. Whatever rewrites a file leaves the hidden samples out;
// until then a deletion can be taken back.
//
//   data/tombstones := line, line × deletions        replaced as a whole
//   line            := CRC-32C of the JSON in 8 hex digits | space | JSON | \n
//   first line      := {version, deletions}
//   deletion        := {matchers: [[type, name, value], …], fromMs, toMs, files}

import { crc32c, type Disk, type Logger, OutsideError } from '@pharos/base'
import { Matcher, type MatchType } from '@pharos/model'
import { FILE_BYTES } from './limits.ts'
import type { Quarantine } from './quarantine.ts'

const VERSION = 1

export interface Tombstone {
  readonly matchers: readonly Matcher[]
  /** Both inclusive, ms. */
  readonly fromMs: number
  readonly toMs: number
  /** Names of segments and blocks. */
  readonly files: ReadonlySet<string>
}

interface TombstonesContext {
  readonly path: string
  readonly disk: Disk
  readonly log: Logger
  readonly quarantine: Quarantine
}

export class Tombstones {
  readonly #context: TombstonesContext
  #all: readonly Tombstone[] = []
  /** What the file says. */
  #written: readonly Tombstone[] = []

  constructor(context: TombstonesContext) {
    this.#context = context
  }

  get all(): readonly Tombstone[] {
    return this.#all
  }

  /** @throws OutsideError `tsdb/version` for the file of a newer program, or what the disk throws */
  async open(): Promise<void> {
    const { path, disk, log, quarantine } = this.#context
    if ((await disk.stat(path)) === undefined) return
    const bytes = await disk.readFile(path, FILE_BYTES)
    const { tombstones, damagedLines } = readTombstones(bytes, path)
    this.#all = tombstones
    this.#written = tombstones
    if (damagedLines === 0) return
    log.error('deletions are damaged: samples they hid are shown again', {
      file: path,
      damaged: damagedLines,
      whole: tombstones.length,
    })
    await quarantine.keep('tombstones', bytes, `${damagedLines} damaged lines`)
  }

  of(file: string): readonly Tombstone[] {
    return this.#all.filter(({ files }) => files.has(file))
  }

  /** They hold once this resolves. @throws what the disk throws; nothing has changed then */
  async replace(all: readonly Tombstone[]): Promise<void> {
    await this.#write(all)
    this.#all = all
  }

  /** Forgets files that are gone. */
  async forget(isThere: (file: string) => boolean): Promise<void> {
    let hasChanged = false
    const left: Tombstone[] = []
    for (const one of this.#all) {
      const files = [...one.files].filter(isThere)
      if (files.length === one.files.size) {
        left.push(one)
        continue
      }
      hasChanged = true
      if (files.length > 0) left.push({ ...one, files: new Set(files) })
    }
    if (hasChanged) this.#all = left
    if (this.#all !== this.#written) await this.#write(this.#all)
  }

  async #write(all: readonly Tombstone[]): Promise<void> {
    const { path, disk } = this.#context
    await disk.writeFileAtomic(path, tombstoneBytes(all))
    this.#written = all
  }
}

export function tombstoneBytes(all: readonly Tombstone[]): Uint8Array<ArrayBuffer> {
  const lines = [line({ version: VERSION, deletions: all.length })]
  for (const { matchers, fromMs, toMs, files } of all) {
    const triples = matchers.map(({ type, name, value }) => [type, name, value])
    lines.push(line({ matchers: triples, fromMs, toMs, files: [...files] }))
  }
  return new TextEncoder().encode(lines.join(''))
}

function line(value: unknown): string {
  const json = JSON.stringify(value)
  return `${crcText(json)} ${json}\n`
}

function crcText(json: string): string {
  return crc32c(new TextEncoder().encode(json)).toString(16).padStart(8, '0')
}

/**
 * What the bytes of a file of deletions say; damaged lines are counted.
 * @throws OutsideError `tsdb/version` for a whole first line of another version
 */
export function readTombstones(
  bytes: Uint8Array,
  path: string,
): { readonly tombstones: readonly Tombstone[]; readonly damagedLines: number } {
  const texts = new TextDecoder().decode(bytes).split('\n')
  const values = texts.map((text) => wholeValue(text))
  const head = values[0] as { version?: number; deletions?: number } | undefined
  if (head?.version !== undefined && head.version !== VERSION) {
    throw new OutsideError(
      'tsdb/version',
      `${path}: format version ${head.version}, this program reads ${VERSION}; nothing was changed`,
    )
  }
  const tombstones: Tombstone[] = []
  for (const value of values.slice(1)) {
    // The checksum was right, so it is what this program wrote.
    if (value !== undefined) tombstones.push(tombstoneOf(value as StoredTombstone))
  }
  const isHeadDamaged = head?.deletions === undefined
  const lost = Math.max(0, (head?.deletions ?? 0) - tombstones.length)
  const stray = texts.at(-1) === '' ? 0 : 1
  return { tombstones, damagedLines: lost + (isHeadDamaged ? 1 : 0) + (lost > 0 ? 0 : stray) }
}

interface StoredTombstone {
  readonly matchers: readonly (readonly [MatchType, string, string])[]
  readonly fromMs: number
  readonly toMs: number
  readonly files: readonly string[]
}

function tombstoneOf({ matchers, fromMs, toMs, files }: StoredTombstone): Tombstone {
  return {
    matchers: matchers.map(([type, name, value]) => new Matcher(type, name, value)),
    fromMs,
    toMs,
    files: new Set(files),
  }
}

function wholeValue(text: string): unknown {
  const json = text.slice(9)
  if (text[8] !== ' ' || text.slice(0, 8) !== crcText(json)) return undefined
  return JSON.parse(json)
}

/** For messages: what a deletion selects, `{job="x"}`. */
export function selectorText(matchers: readonly Matcher[]): string {
  const texts = matchers.map(({ type, name, value }) => `${name}${type}${JSON.stringify(value)}`)
  return `{${texts.join(', ')}}`
}
