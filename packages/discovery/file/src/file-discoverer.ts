// Targets from JSON and YAML files. Files are read again when something in their directory changed and
// every refresh interval. A file that cannot be read or understood keeps the targets it last gave: half a
// file, a wrong type or a swapped link must not empty a scrape pool.

import { crc32c, messageOf, OutsideError, UserError } from '@pharos/base'
import type { Clock, Disk, Logger } from '@pharos/base'
import {
  matchesGlob,
  pathIn,
  pathPattern,
  readTargetFile,
  TARGET_FILE_BYTES_MAX,
} from '@pharos/config'
import type { FileDiscoverySettings, PathPattern } from '@pharos/config'
import { Labels, LabelsBuilder } from '@pharos/model'
import type { Discoverer, TargetGroup } from '@pharos/model'
import {
  FILES_MAX,
  GONE_GRACE_MS,
  SETTLE_MS,
  UNREAD_BYTES_MIN,
  YAML_FILE_BYTES_MAX,
} from './limits.ts'

export interface FileDiscoveryStats {
  /** Times that all files were looked at. */
  scans: number
  /** Files that could not be read or understood, counted at each scan. */
  readErrors: number
  /** Duration of the last scan. */
  scanMs: number
  /** Files with targets now. */
  files: number
  /** Targets now. */
  targets: number
}

export interface FileDiscoverer extends Discoverer {
  readonly stats: Readonly<FileDiscoveryStats>
  /** Modification time of each file that gave targets, ms since 1970. */
  readonly modifiedMs: ReadonlyMap<string, number>
}

export interface FileDiscoveryWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
}

/**
 * Finds the targets of `file_sd_configs`. Groups have the source `path:index` and the label
 * `__meta_filepath`.
 * @source discovery/file; cases in conformance/discovery/file
 */
export function createFileDiscoverer(
  settings: FileDiscoverySettings,
  world: FileDiscoveryWorld,
): FileDiscoverer {
  return new FileDiscovery(settings, world)
}

interface KnownFile {
  readonly groups: readonly TargetGroup[]
  readonly modifiedMs: number
  readonly bytes: number
  readonly crc: number
  /** When the file was first missed; undefined while it is there. */
  readonly goneSinceMs: number | undefined
  /** The last attempt failed: it is read again even when it looks unchanged. */
  readonly isStale: boolean
}

class FileDiscovery implements FileDiscoverer {
  readonly stats: FileDiscoveryStats = { scans: 0, readErrors: 0, scanMs: 0, files: 0, targets: 0 }
  readonly modifiedMs = new Map<string, number>()
  readonly #patterns: readonly (PathPattern & { readonly written: string })[]
  readonly #refreshIntervalMs: number
  readonly #clock: Clock
  readonly #disk: Disk
  readonly #log: Logger
  readonly #known = new Map<string, KnownFile>()
  /** Failures that were logged, by path: the same one is not logged at every scan. */
  readonly #told = new Map<string, string>()

  constructor(settings: FileDiscoverySettings, world: FileDiscoveryWorld) {
    this.#patterns = settings.files.map((written) => ({ written, ...pathPattern(written) }))
    this.#refreshIntervalMs = settings.refreshIntervalMs
    this.#clock = world.clock
    this.#disk = world.disk
    this.#log = world.log.component('discovery file')
  }

  async run(found: (groups: readonly TargetGroup[]) => void, signal: AbortSignal): Promise<void> {
    const changes = new ChangeSignal()
    let stopWatching = (): void => {}
    let isPeriodic = true
    let hasSpoken = false
    while (!signal.aborted) {
      if (isPeriodic) {
        // A directory that was removed and made again needs a new watch.
        stopWatching()
        stopWatching = this.#watch(changes.note)
      }
      const changed = await this.#scan(isPeriodic, signal)
      if (signal.aborted) break
      // The first look is told even when there is nothing: what stood there before a reload is gone then.
      if (changed.length > 0 || (!hasSpoken && this.#told.size === 0)) {
        hasSpoken = true
        found(changed)
      }
      const isAnyGone = [...this.#known.values()].some((file) => file.goneSinceMs !== undefined)
      const waitMs = isAnyGone
        ? Math.min(GONE_GRACE_MS, this.#refreshIntervalMs)
        : this.#refreshIntervalMs
      isPeriodic = (await changes.wait(this.#clock, waitMs, signal)) === 'time'
      if (!isPeriodic) await settled(this.#clock, signal)
      changes.clear()
    }
    stopWatching()
  }

  #watch(note: () => void): () => void {
    // A mounted config map is replaced by renaming `..data` beside its files. The watch of a file's path sees
    // that and the watch of a directory does not, so a glob's own path is watched like a file's as well.
    const paths = new Set(this.#patterns.map((pattern) => pattern.written))
    for (const { directory, isGlob } of this.#patterns) if (isGlob) paths.add(directory)
    const stops = [...paths].map((path) => this.#disk.watch(path, note))
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Looks at all files; gives the groups that changed. `readsAll` reads even files that look unchanged. */
  async #scan(readsAll: boolean, signal: AbortSignal): Promise<TargetGroup[]> {
    const startMs = this.#clock.monotonicMs()
    const changed: TargetGroup[] = []
    const { present, unlistable } = await this.#list()
    for (const path of present) {
      if (signal.aborted) return []
      await this.#look(path, readsAll, changed)
    }
    for (const path of this.#known.keys())
      if (!present.has(path)) this.#miss(path, unlistable, changed)
    this.stats.scans++
    this.stats.scanMs = this.#clock.monotonicMs() - startMs
    this.stats.files = this.#known.size
    let targets = 0
    for (const { groups } of this.#known.values())
      for (const group of groups) targets += group.targets.length
    this.stats.targets = targets
    return changed
  }

  /** The paths that the patterns stand for, and the directories that could not be listed. */
  async #list(): Promise<{ present: Set<string>; unlistable: Set<string> }> {
    const present = new Set<string>()
    const unlistable = new Set<string>()
    for (const { written, directory, name, isGlob } of this.#patterns) {
      if (!isGlob) {
        const path = pathIn(directory, name, written)
        // A named file that is not there yet is waited for; one that gave targets is missed in #look.
        if (this.#known.has(path) || (await this.#exists(path))) present.add(path)
        continue
      }
      try {
        for (const entry of await this.#disk.list(directory))
          if (matchesGlob(entry, name)) present.add(pathIn(directory, entry, written))
        this.#told.delete(directory)
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        unlistable.add(directory)
        this.#fail(directory, error)
      }
    }
    if (present.size <= FILES_MAX) return { present, unlistable }
    const message = `${present.size} files match, only ${FILES_MAX} are read`
    this.#fail('', new UserError('discovery/too-many-files', message))
    return { present: new Set([...present].sort().slice(0, FILES_MAX)), unlistable }
  }

  async #exists(path: string): Promise<boolean> {
    try {
      return (await this.#disk.stat(path)) !== undefined
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#fail(path, error)
      return false
    }
  }

  async #look(path: string, readsAll: boolean, changed: TargetGroup[]): Promise<void> {
    const before = this.#known.get(path)
    const known = before && { ...before, goneSinceMs: undefined }
    if (known !== undefined) this.#known.set(path, known)
    try {
      const info = await this.#disk.stat(path)
      if (info === undefined)
        throw new OutsideError('discovery/missing-file', `${path}: no such file`)
      const isSame = known?.modifiedMs === info.modifiedMs && known.bytes === info.bytes
      // Two files that were written together and change places look the same, so small ones are always read.
      const isLong = info.bytes > UNREAD_BYTES_MIN
      if (isSame && isLong && !known.isStale && !readsAll) return
      const isYaml = !path.toLowerCase().endsWith('.json')
      const limitBytes = isYaml ? YAML_FILE_BYTES_MAX : TARGET_FILE_BYTES_MAX
      const bytes = await this.#disk.readFile(path, limitBytes)
      const crc = crc32c(bytes)
      // The same bytes as last time: a refresh every few seconds must not parse megabytes each time.
      if (isSame && !known.isStale && known.crc === crc) return
      const groups = groupsOf(textOf(bytes, path), path)
      addChanges(known?.groups ?? [], groups, changed)
      const { modifiedMs } = info
      this.modifiedMs.set(path, modifiedMs)
      this.#known.set(path, {
        groups,
        modifiedMs,
        bytes: info.bytes,
        crc,
        goneSinceMs: undefined,
        isStale: false,
      })
      this.#told.delete(path)
    } catch (error) {
      if (!(error instanceof OutsideError) && !(error instanceof UserError)) throw error
      if (known !== undefined) this.#known.set(path, { ...known, isStale: true })
      this.#fail(path, error, known?.groups)
    }
  }

  /** A glob does not find the file any more. It is removed when it stays away for the grace time. */
  #miss(path: string, unlistable: ReadonlySet<string>, changed: TargetGroup[]): void {
    const known = this.#known.get(path)!
    const isUnder = [...unlistable].some((directory) => pathPattern(path).directory === directory)
    if (isUnder) return
    const nowMs = this.#clock.monotonicMs()
    if (known.goneSinceMs === undefined) {
      this.#known.set(path, { ...known, goneSinceMs: nowMs })
      return
    }
    if (nowMs - known.goneSinceMs < GONE_GRACE_MS) return
    this.#log.info('target file is gone, so are its targets', { path })
    addChanges(known.groups, [], changed)
    this.#known.delete(path)
    this.modifiedMs.delete(path)
    this.#told.delete(path)
  }

  #fail(path: string, error: Error, kept?: readonly TargetGroup[]): void {
    this.stats.readErrors++
    const reason = messageOf(error)
    if (this.#told.get(path) === reason) return
    this.#told.set(path, reason)
    const targets = (kept ?? []).reduce((sum, group) => sum + group.targets.length, 0)
    this.#log.error('Error reading file', {
      path,
      err: reason,
      consequence: kept === undefined ? 'no targets from it' : `its last ${targets} targets stay`,
    })
  }
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new UserError('discovery/not-text', `${path}: not UTF-8 text`, { cause: error })
  }
}

function groupsOf(text: string, path: string): readonly TargetGroup[] {
  return readTargetFile(text, path).map(({ targets, labels }, i) => ({
    source: `${path}:${i}`,
    targets,
    labels: new LabelsBuilder(labels).set('__meta_filepath', path).labels(),
  }))
}

/** Adds the groups of `next` that differ from `last`, and empty ones for those that are gone. */
function addChanges(
  last: readonly TargetGroup[],
  next: readonly TargetGroup[],
  changed: TargetGroup[],
): void {
  next.forEach((group, i) => {
    const before = last[i]
    if (before === undefined || !isSameGroup(before, group)) changed.push(group)
  })
  for (const gone of last.slice(next.length))
    changed.push({ source: gone.source, targets: [], labels: Labels.EMPTY })
}

function isSameGroup(a: TargetGroup, b: TargetGroup): boolean {
  if (a.targets.length !== b.targets.length || !a.labels.equals(b.labels)) return false
  return a.targets.every((target, i) => target.equals(b.targets[i]!))
}

async function settled(clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(SETTLE_MS, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Remembers that something changed until somebody waits for it. */
class ChangeSignal {
  #isNoted = false
  #wake: (() => void) | undefined

  readonly note = (): void => {
    this.#isNoted = true
    this.#wake?.()
  }

  clear(): void {
    this.#isNoted = false
  }

  /** Resolves with what came first; an abort counts as time. */
  wait(clock: Clock, limitMs: number, signal: AbortSignal): Promise<'change' | 'time'> {
    if (this.#isNoted) return Promise.resolve('change')
    return new Promise((resolve) => {
      const end = (why: 'change' | 'time'): void => {
        timer.cancel()
        signal.removeEventListener('abort', onAbort)
        this.#wake = undefined
        resolve(why)
      }
      const onAbort = (): void => end('time')
      const timer = clock.after(limitMs, () => end('time'))
      this.#wake = () => end('change')
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) end('time')
    })
  }
}
