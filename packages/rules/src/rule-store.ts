// Rule files that the API writes: plain files of a directory, one a namespace, that people may edit too. What was
// there before a change is kept beside.
//
//   rules/<namespace>.yml     rules/.history/<namespace>/<time>.yml

import { type Clock, type Disk, UserError } from '@pharos/base'
import { groupNameIn, groupTexts, readText, withGroup, withoutGroup } from '@pharos/config'
import { RULE_FILE_BYTES_MAX, RULE_FILES_MAX, RULE_HISTORY_MAX } from './limits.ts'
import { readRules, type RuleTextOptions } from './rule-source.ts'

interface RuleStoreOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly directory: string
  readonly checks: RuleTextOptions
}

export class RuleStore {
  readonly #options: RuleStoreOptions
  /** One change at a time. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: RuleStoreOptions) {
    this.#options = options
  }

  get directory(): string {
    return this.#options.directory
  }

  /** What a configuration would have among its `rule_files`. */
  get pattern(): string {
    return `${this.#options.directory}/*.yml`
  }

  /** The namespaces, sorted. */
  async namespaces(): Promise<readonly string[]> {
    const { disk, directory } = this.#options
    if ((await disk.stat(directory)) === undefined) return []
    const names = await disk.list(directory)
    return names.filter((name) => name.endsWith('.yml')).map((name) => name.slice(0, -4))
  }

  /** The groups of a namespace as YAML, by name; empty when there is none. @throws UserError `rules/namespace` */
  async groups(namespace: string): Promise<ReadonlyMap<string, string>> {
    const text = await this.#read(namespace)
    return text === undefined ? new Map() : groupTexts(text)
  }

  /**
   * Writes a group, in the place of the one of its name.
   * @returns its name
   * @throws UserError `rules/namespace`, `config/rule-edit`, ConfigErrors with every mistake of the file as it would be
   */
  put(namespace: string, groupText: string): Promise<string> {
    return this.#alone(async () => {
      const before = await this.#read(namespace)
      const name = groupNameIn(groupText)
      const text = withGroup(before ?? '', groupText)
      readRules(text, `${namespace}.yml`, this.#options.checks)
      if (before === undefined && (await this.namespaces()).length >= RULE_FILES_MAX)
        throw new UserError('rules/namespace', `more than ${RULE_FILES_MAX} files of rules`)
      await this.#write(namespace, before, text)
      return name
    })
  }

  /** Takes a group away, or with undefined the whole namespace; false when it is not there. @throws as `put` */
  delete(namespace: string, group: string | undefined): Promise<boolean> {
    return this.#alone(async () => {
      const before = await this.#read(namespace)
      if (before === undefined) return false
      const text = group === undefined ? undefined : withoutGroup(before, group)
      if (group !== undefined && text === undefined) return false
      const isEmpty = text === undefined || groupTexts(text).size === 0
      await this.#write(namespace, before, isEmpty ? undefined : text)
      return true
    })
  }

  #alone<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#last.then(change)
    // Whoever asked is told; the next change is made all the same.
    this.#last = result.catch(() => undefined)
    return result
  }

  async #read(namespace: string): Promise<string | undefined> {
    const path = this.#pathOf(namespace)
    const info = await this.#options.disk.stat(path)
    return info === undefined ? undefined : readText(this.#options.disk, path)
  }

  async #write(
    namespace: string,
    before: string | undefined,
    text: string | undefined,
  ): Promise<void> {
    const { disk, directory } = this.#options
    await disk.makeDirectory(directory)
    if (before !== undefined) await this.#keep(namespace, before)
    const path = this.#pathOf(namespace)
    if (text === undefined) {
      await disk.remove(path)
      await disk.syncDirectory(directory)
      return
    }
    const bytes = new TextEncoder().encode(text)
    if (bytes.length > RULE_FILE_BYTES_MAX)
      throw new UserError('rules/namespace', `a file of rules over ${RULE_FILE_BYTES_MAX} bytes`)
    await disk.writeFileAtomic(path, bytes)
  }

  async #keep(namespace: string, text: string): Promise<void> {
    const { disk, clock, directory } = this.#options
    const history = `${directory}/.history/${namespace}`
    await disk.makeDirectory(history)
    const time = new Date(clock.now()).toISOString().replaceAll(':', '-')
    await disk.writeFileAtomic(`${history}/${time}.yml`, new TextEncoder().encode(text))
    const versions = await disk.list(history)
    for (const name of versions.slice(0, Math.max(0, versions.length - RULE_HISTORY_MAX)))
      await disk.remove(`${history}/${name}`)
  }

  #pathOf(namespace: string): string {
    if (!/^[\p{L}\p{N}_-][\p{L}\p{N}._ -]{0,99}$/u.test(namespace) || RESERVED.has(namespace))
      throw new UserError(
        'rules/namespace',
        `namespace ${JSON.stringify(namespace.slice(0, 100))}: wants letters, digits, blanks, "_", "-" and ".", at most 100`,
      )
    return `${this.#options.directory}/${namespace}.yml`
  }
}

/** Words of the API's own paths. */
const RESERVED: ReadonlySet<string> = new Set(['test', 'backtest'])
