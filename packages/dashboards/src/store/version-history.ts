// Versions of dashboards that were replaced: `.history/<uid>/<version>.json` as they were, and `log.jsonl` beside them
// with who, when and why. A line that was cut off by a crash is left out; the files tell the rest.
import { type Disk, OutsideError } from '@pharos/base'
import { DASHBOARD_BYTES_MAX, VERSIONS_MAX } from './limits.ts'

export interface VersionInfo {
  readonly version: number
  /** ms since 1970. */
  readonly createdMs: number
  readonly message: string
}

export class VersionHistory {
  readonly #disk: Disk
  readonly #root: string

  constructor(disk: Disk, root: string) {
    this.#disk = disk
    this.#root = root
  }

  /** Newest first. */
  async list(uid: string): Promise<VersionInfo[]> {
    const text = await this.#read(`${this.#root}/${uid}/log.jsonl`)
    const byVersion = new Map<number, VersionInfo>()
    for (const line of (text ?? '').split('\n')) {
      const info = infoOf(line)
      if (info !== undefined) byVersion.set(info.version, info)
    }
    return [...byVersion.values()].sort((a, b) => b.version - a.version)
  }

  /** The text of a version; undefined when it is not kept. */
  async text(uid: string, version: number): Promise<string | undefined> {
    return this.#read(`${this.#root}/${uid}/${version}.json`)
  }

  /** Keeps one. The oldest beyond the limit go. */
  async keep(uid: string, info: VersionInfo, text: string): Promise<void> {
    const directory = `${this.#root}/${uid}`
    await this.#disk.makeDirectory(directory)
    const known = (await this.list(uid)).filter(({ version }) => version !== info.version)
    const kept = [info, ...known].sort((a, b) => b.version - a.version)
    await this.#disk.writeFileAtomic(`${directory}/${info.version}.json`, encoded(text))
    const lines = kept
      .slice(0, VERSIONS_MAX)
      .reverse()
      .map((one) => `${JSON.stringify(one)}\n`)
    await this.#disk.writeFileAtomic(`${directory}/log.jsonl`, encoded(lines.join('')))
    for (const { version } of kept.slice(VERSIONS_MAX))
      await this.#removeText(`${directory}/${version}.json`)
  }

  async #removeText(path: string): Promise<void> {
    try {
      await this.#disk.remove(path)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      return new TextDecoder().decode(await this.#disk.readFile(path, DASHBOARD_BYTES_MAX))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof OutsideError && error.code === 'disk/enoent'
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function infoOf(line: string): VersionInfo | undefined {
  if (line === '') return undefined
  try {
    const { version, createdMs, message } = JSON.parse(line) as Partial<VersionInfo>
    if (typeof version !== 'number' || typeof createdMs !== 'number') return undefined
    return { version, createdMs, message: typeof message === 'string' ? message : '' }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
