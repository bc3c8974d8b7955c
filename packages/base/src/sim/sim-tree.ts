// Names of the simulated disk. Each change of a name is an entry of a journal until its directory is synced;
// a power cut takes back what is still in the journal (or, by seed, part of it).
import { OutsideError } from '../errors.ts'
import { SimFile } from './sim-file.ts'

export interface SimDirectory {
  readonly names: Map<string, SimNode>
  modifiedMs: number
}
export type SimNode = SimFile | SimDirectory

interface NameChange {
  readonly directory: SimDirectory
  readonly name: string
  readonly before: SimNode | undefined
  readonly after: SimNode | undefined
  /** Changes with one id happen together or not at all: the two sides of a rename. */
  readonly id: number
}

export function simDirectory(): SimDirectory {
  return { names: new Map(), modifiedMs: 0 }
}

export class SimTree {
  readonly root: SimDirectory = simDirectory()
  #journal: NameChange[] = []
  #lastId = 0

  find(path: string): SimNode | undefined {
    let node: SimNode | undefined = this.root
    for (const part of parts(path)) {
      if (node === undefined || node instanceof SimFile) return undefined
      node = node.names.get(part)
    }
    return node
  }

  /** @throws OutsideError `disk/enoent`, `disk/enotdir` */
  directory(operation: string, path: string): SimDirectory {
    const node = this.find(path)
    if (node === undefined) throw simError('enoent', operation, path)
    if (node instanceof SimFile) throw simError('enotdir', operation, path)
    return node
  }

  /** @throws OutsideError `disk/enoent`, `disk/eisdir` */
  file(operation: string, path: string): SimFile {
    const node = this.find(path)
    if (node === undefined) throw simError('enoent', operation, path)
    if (!(node instanceof SimFile)) throw simError('eisdir', operation, path)
    return node
  }

  parentOf(operation: string, path: string): { directory: SimDirectory; name: string } {
    const all = parts(path)
    const name = all.pop()
    if (name === undefined) throw simError('einval', operation, path)
    return { directory: this.directory(operation, `/${all.join('/')}`), name }
  }

  /** One or more names changed at once. */
  change(
    changes: readonly { directory: SimDirectory; name: string; after: SimNode | undefined }[],
  ): void {
    const id = ++this.#lastId
    for (const { directory, name, after } of changes) {
      this.#journal.push({ directory, name, before: directory.names.get(name), after, id })
      put(directory, name, after)
    }
  }

  /** The names in this directory are durable now. The other side of a rename goes along, as in a journal. */
  sync(directory: SimDirectory): void {
    const ids = new Set(
      this.#journal.filter((one) => one.directory === directory).map((one) => one.id),
    )
    this.#journal = this.#journal.filter((one) => !ids.has(one.id))
  }

  /** Takes back the unsynced changes whose id is not kept, the latest first. */
  undoUnsynced(isKept: (id: number) => boolean): void {
    const verdicts = new Map<number, boolean>()
    for (const { id } of this.#journal) if (!verdicts.has(id)) verdicts.set(id, isKept(id))
    // A kept change on a name wins over an older one that is taken back; so rebuild from the oldest state.
    for (const one of this.#journal.toReversed()) put(one.directory, one.name, one.before)
    for (const one of this.#journal) {
      if (verdicts.get(one.id)) put(one.directory, one.name, one.after)
    }
    this.#journal = []
  }
}

/** What the simulated disk throws. */
export function simError(errno: string, operation: string, path: string): OutsideError {
  return new OutsideError(`disk/${errno}`, `${operation} ${path}: ${WORDS[errno] ?? errno}`)
}

const WORDS: Readonly<Record<string, string>> = {
  ebadf: 'bad file descriptor',
  eexist: 'file already exists',
  efbig: 'file too large',
  einval: 'invalid argument',
  eio: 'i/o error',
  eisdir: 'illegal operation on a directory',
  enoent: 'no such file or directory',
  enospc: 'no space left on device',
  enotdir: 'not a directory',
  enotempty: 'directory not empty',
}

function put(directory: SimDirectory, name: string, node: SimNode | undefined): void {
  if (node === undefined) directory.names.delete(name)
  else directory.names.set(name, node)
}

/** `/a//b/./c` → a, b, c; `..` goes up. Relative paths start at the root. */
function parts(path: string): string[] {
  const all: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') all.pop()
    else all.push(part)
  }
  return all
}
