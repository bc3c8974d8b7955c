// Dashboards as plain files, edited from both sides: by people through the API and by whoever writes the files.
//
//   directory ── scan ──► entries by uid ◄── what is shipped and provisioned (read only)
//      ▲                      │
//      └── write aside, rename ◄── save: version checked, the one before kept in .history
//
// Every save says which version it started from. A file that was changed on disk meanwhile has a new version, so that
// the save is refused and nothing is lost.
import {
  type Clock,
  type Disk,
  type Logger,
  OutsideError,
  type Random,
  UserError,
} from '@pharos/base'
import { isObject, type JsonObject } from '../json.ts'
import { AnnotationStore } from './annotation-store.ts'
import { exportText } from './dashboard-text.ts'
import { type FoundFile, type Scan, scanDirectory } from './directory-scan.ts'
import { DASHBOARD_BYTES_MAX, MESSAGE_LENGTH_MAX, REFRESH_MS, TITLE_LENGTH_MAX } from './limits.ts'
import { checkedUid, isUid, slugOf, uidOfPath } from './names.ts'
import { type VersionInfo, VersionHistory } from './version-history.ts'

export interface StoredDashboard {
  readonly uid: string
  readonly title: string
  readonly tags: readonly string[]
  /** Path of its folder, '' for the top. */
  readonly folder: string
  /** Of the file, from the directory on; '' for what is shipped. */
  readonly path: string
  readonly text: string
  readonly version: number
  readonly modifiedMs: number
  /** Saving makes a copy in the directory that stands before it. */
  readonly isReadOnly: boolean
}

/** A file that could not be read, or not under its own name. The others load. */
export interface FileProblem {
  readonly path: string
  readonly message: string
}

export interface SaveRequest {
  readonly dashboard: JsonObject
  readonly folder?: string | undefined
  readonly message?: string | undefined
  readonly isOverwriting?: boolean | undefined
}

/** What is not edited in place: shipped with us, or provisioned from elsewhere. */
export interface ReadOnlySource {
  readonly folder: string
  readonly directory?: string
  readonly texts?: readonly string[]
}

export interface StoreOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** `dashboards/*.json`; made with the first save. */
  readonly directory: string
  readonly sources?: readonly ReadOnlySource[]
}

interface KnownFile extends FoundFile {
  readonly text: string
  readonly entry: StoredDashboard | undefined
}

export class DashboardStore {
  readonly annotations: AnnotationStore
  readonly #options: StoreOptions
  readonly #history: VersionHistory
  #files: ReadonlyMap<string, KnownFile> = new Map()
  #folders: readonly string[] = []
  #entries: ReadonlyMap<string, StoredDashboard> = new Map()
  #problems: readonly FileProblem[] = []
  #lookedMs = -Infinity
  #work: Promise<unknown> = Promise.resolve()

  constructor(options: StoreOptions) {
    const { disk, clock, directory } = options
    this.#options = options
    this.annotations = new AnnotationStore(disk, clock, directory)
    this.#history = new VersionHistory(disk, `${directory}/.history`)
  }

  /** All, by title; what lies on disk is looked at again when that was a while ago. */
  async list(): Promise<readonly StoredDashboard[]> {
    await this.#looked()
    return [...this.#entries.values()].sort((a, b) =>
      a.title < b.title ? -1 : Number(a.title > b.title),
    )
  }

  async folders(): Promise<readonly string[]> {
    await this.#looked()
    const used = [...this.#entries.values()].map(({ folder }) => folder)
    return [...new Set([...this.#folders, ...used])].filter((folder) => folder !== '').sort()
  }

  async problems(): Promise<readonly FileProblem[]> {
    await this.#looked()
    return this.#problems
  }

  async get(uid: string): Promise<StoredDashboard | undefined> {
    await this.#looked()
    return this.#entries.get(uid)
  }

  /**
   * Writes one. Without a uid, or with one that is not taken, it is a new one.
   * @throws UserError `dashboards/version` when it was changed since the version it says, `dashboards/uid`,
   *   `dashboards/title`, `dashboards/too-large`, `dashboards/folder`
   */
  async save(request: SaveRequest): Promise<StoredDashboard> {
    return this.#alone(() => this.#save(request))
  }

  /** Its file goes; its versions stay, so that it can be brought back. @throws UserError `dashboards/read-only` */
  async remove(uid: string): Promise<boolean> {
    return this.#alone(async () => {
      await this.#look()
      const entry = this.#entries.get(uid)
      if (entry === undefined) return false
      if (entry.isReadOnly)
        throw new UserError(
          'dashboards/read-only',
          `dashboard ${uid} is provisioned and cannot be removed here`,
        )
      await this.#keep(entry, 'removed')
      await this.#options.disk.remove(`${this.#options.directory}/${entry.path}`)
      await this.#look()
      return true
    })
  }

  /** Newest first, the current one on top. */
  async versions(uid: string): Promise<readonly VersionInfo[]> {
    const entry = await this.get(uid)
    const kept = await this.#history.list(checkedUid(uid))
    if (entry === undefined) return kept
    const known = kept.find(({ version }) => version === entry.version)
    const current = known ?? { version: entry.version, createdMs: entry.modifiedMs, message: '' }
    return [current, ...kept.filter(({ version }) => version < entry.version)]
  }

  /** The text of a version that is kept. */
  async versionText(uid: string, version: number): Promise<string | undefined> {
    const entry = await this.get(uid)
    if (entry?.version === version) return entry.text
    return this.#history.text(checkedUid(uid), version)
  }

  /** @throws UserError `dashboards/folder` */
  async makeFolder(title: string): Promise<string> {
    const name = folderName(title)
    await this.#alone(async () => {
      await this.#options.disk.makeDirectory(`${this.#options.directory}/${name}`)
      await this.#look()
    })
    return name
  }

  async #save({
    dashboard,
    folder,
    message = '',
    isOverwriting,
  }: SaveRequest): Promise<StoredDashboard> {
    await this.#look()
    const title = checkedTitle(dashboard['title'])
    const given = dashboard['uid']
    const uid = typeof given === 'string' && given !== '' ? checkedUid(given) : this.#freeUid()
    const before = this.#entries.get(uid)
    const said = dashboard['version']
    if (before !== undefined && isOverwriting !== true && said !== before.version)
      throw new UserError(
        'dashboards/version',
        `dashboard ${uid} was changed by somebody else: it is at version ${before.version}, the save starts from ${String(said as number)}`,
      )
    const version = (before?.version ?? 0) + 1
    const isInPlace = before !== undefined && !before.isReadOnly
    const wanted = folder ?? before?.folder ?? ''
    if (wanted !== '' && !(await this.#isFolder(wanted)))
      throw new UserError(
        'dashboards/folder',
        `there is no folder ${JSON.stringify(wanted.slice(0, 80))}`,
      )
    const text = exportText(before?.text ?? '', { ...dashboard, uid, version: said ?? version })
    // Nothing but the version was touched: the file stays as it is.
    if (isInPlace && text === before.text && wanted === before.folder) return before
    const written = exportText(before?.text ?? '', { ...dashboard, uid, version })
    if (written.length > DASHBOARD_BYTES_MAX)
      throw new UserError(
        'dashboards/too-large',
        `a dashboard is at most ${DASHBOARD_BYTES_MAX} bytes, this one has ${written.length}`,
      )
    if (before !== undefined && isInPlace) await this.#keep(before, '')
    const path = isInPlace && wanted === before.folder ? before.path : this.#freePath(wanted, title)
    await this.#write(path, written)
    if (isInPlace && path !== before.path)
      await this.#options.disk.remove(`${this.#options.directory}/${before.path}`)
    await this.#history.keep(
      uid,
      {
        version,
        createdMs: this.#options.clock.now(),
        message: message.slice(0, MESSAGE_LENGTH_MAX),
      },
      written,
    )
    await this.#look()
    return this.#entries.get(uid)!
  }

  async #isFolder(path: string): Promise<boolean> {
    if (this.#folders.includes(path)) return true
    return [...this.#entries.values()].some(({ folder }) => folder === path)
  }

  async #write(path: string, text: string): Promise<void> {
    const full = `${this.#options.directory}/${path}`
    await this.#options.disk.makeDirectory(full.slice(0, full.lastIndexOf('/')))
    await this.#options.disk.writeFileAtomic(full, new TextEncoder().encode(text))
  }

  /** What is about to be replaced, unless its version is kept already. */
  async #keep(entry: StoredDashboard, message: string): Promise<void> {
    if ((await this.#history.text(entry.uid, entry.version)) !== undefined) return
    const { version, modifiedMs: createdMs } = entry
    await this.#history.keep(entry.uid, { version, createdMs, message }, entry.text)
  }

  #freeUid(): string {
    for (;;) {
      const bytes = this.#options.random.bytes(10)
      const uid = Array.from(bytes, (byte) => (byte % 36).toString(36)).join('')
      if (!this.#entries.has(uid)) return uid
    }
  }

  #freePath(folder: string, title: string): string {
    const name = slugOf(title) || 'dashboard'
    const stem = folder === '' ? name : `${folder}/${name}`
    for (let count = 1; ; count++) {
      const path = count === 1 ? `${stem}.json` : `${stem}-${count}.json`
      if (!this.#files.has(path)) return path
    }
  }

  async #looked(): Promise<void> {
    if (this.#options.clock.monotonicMs() - this.#lookedMs < REFRESH_MS) return
    await this.#alone(() => this.#look())
  }

  /** One after the other: two saves never write at once. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#work.then(work)
    this.#work = next.catch(() => {})
    return next
  }

  async #look(): Promise<void> {
    const { disk, directory, sources = [] } = this.#options
    const problems: FileProblem[] = []
    const entries = new Map<string, StoredDashboard>()
    const scan = await scanDirectory(disk, directory)
    const files = await this.#read(scan, directory, '', this.#files, problems)
    for (const { entry } of files.values())
      if (entry !== undefined) addEntry(entries, entry, problems)
    for (const source of sources) await this.#addSource(source, entries, problems)
    this.#files = files
    this.#folders = scan.folders
    this.#entries = entries
    this.#problems = problems
    this.#lookedMs = this.#options.clock.monotonicMs()
  }

  async #addSource(
    source: ReadOnlySource,
    entries: Map<string, StoredDashboard>,
    problems: FileProblem[],
  ): Promise<void> {
    const found: StoredDashboard[] = []
    for (const text of source.texts ?? []) {
      const entry = entryOf(text, { path: '', modifiedMs: 0 }, source.folder, problems)
      if (entry !== undefined) found.push(entry)
    }
    if (source.directory !== undefined) {
      const scan = await scanDirectory(this.#options.disk, source.directory)
      const files = await this.#read(scan, source.directory, source.folder, new Map(), problems)
      for (const { entry } of files.values()) if (entry !== undefined) found.push(entry)
    }
    // A copy that somebody saved stands before what it was copied from.
    for (const entry of found)
      if (!entries.has(entry.uid)) entries.set(entry.uid, { ...entry, isReadOnly: true })
  }

  async #read(
    scan: Scan,
    root: string,
    folder: string,
    known: ReadonlyMap<string, KnownFile>,
    problems: FileProblem[],
  ): Promise<Map<string, KnownFile>> {
    for (const [path, why] of scan.skipped) problems.push({ path, message: why })
    const files = new Map<string, KnownFile>()
    for (const file of scan.files) {
      const before = known.get(file.path)
      if (before?.modifiedMs === file.modifiedMs && before.bytes === file.bytes) {
        if (before.entry !== undefined) {
          files.set(file.path, before)
          continue
        }
      }
      const text = await this.#text(root, file, problems)
      if (text === undefined) continue
      const at = file.path.lastIndexOf('/')
      const own = [folder, at < 0 ? '' : file.path.slice(0, at)]
        .filter((part) => part !== '')
        .join('/')
      const entry = entryOf(text, file, own, problems)
      files.set(file.path, { ...file, text, entry: await this.#changed(before, text, entry) })
    }
    return files
  }

  /** A file that somebody else wrote has a version of its own, also when it says the one it had. */
  async #changed(
    before: KnownFile | undefined,
    text: string,
    entry: StoredDashboard | undefined,
  ): Promise<StoredDashboard | undefined> {
    const old = before?.entry
    if (old === undefined || entry === undefined || old.uid !== entry.uid || old.text === text)
      return entry
    if (entry.version > old.version) return entry
    await this.#keep(old, '')
    return { ...entry, version: old.version + 1 }
  }

  async #text(root: string, file: FoundFile, problems: FileProblem[]): Promise<string | undefined> {
    if (file.bytes > DASHBOARD_BYTES_MAX) {
      problems.push({ path: file.path, message: `larger than ${DASHBOARD_BYTES_MAX} bytes` })
      return undefined
    }
    try {
      return new TextDecoder().decode(
        await this.#options.disk.readFile(`${root}/${file.path}`, DASHBOARD_BYTES_MAX),
      )
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      problems.push({ path: file.path, message: error.message })
      return undefined
    }
  }
}

function addEntry(
  entries: Map<string, StoredDashboard>,
  entry: StoredDashboard,
  problems: FileProblem[],
): void {
  const taken = entries.get(entry.uid)
  if (taken === undefined) {
    entries.set(entry.uid, entry)
    return
  }
  const uid = uidOfPath(entry.path)
  problems.push({ path: entry.path, message: `uid ${entry.uid} is taken by ${taken.path}` })
  if (!entries.has(uid)) entries.set(uid, { ...entry, uid })
}

function entryOf(
  text: string,
  { path, modifiedMs }: { readonly path: string; readonly modifiedMs: number },
  folder: string,
  problems: FileProblem[],
): StoredDashboard | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    problems.push({ path, message: `no JSON: ${error.message}` })
    return undefined
  }
  const dashboard = isObject(json) && isObject(json['dashboard']) ? json['dashboard'] : json
  if (!isObject(dashboard)) {
    problems.push({ path, message: 'no dashboard: expected an object' })
    return undefined
  }
  const { uid, title, tags, version } = dashboard
  return {
    uid: typeof uid === 'string' && isUid(uid) ? uid : uidOfPath(path),
    title: typeof title === 'string' && title !== '' ? title : path,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    folder,
    path,
    text,
    version: typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : 1,
    modifiedMs,
    isReadOnly: false,
  }
}

function checkedTitle(title: unknown): string {
  if (typeof title === 'string' && title.trim() !== '' && title.length <= TITLE_LENGTH_MAX)
    return title
  throw new UserError(
    'dashboards/title',
    `a dashboard wants a title of 1 to ${TITLE_LENGTH_MAX} characters`,
  )
}

/** The title is the name of the directory: what could lead elsewhere is refused. */
function folderName(title: string): string {
  const name = title.trim()
  const isSafe =
    name !== '' && name.length <= 200 && !name.startsWith('.') && !/[/\\\p{Cc}]/u.test(name)
  if (isSafe) return name
  throw new UserError(
    'dashboards/folder',
    `a folder's name wants 1 to 200 characters, none of / \\ and no dot first, has ${JSON.stringify(title.slice(0, 80))}`,
  )
}
