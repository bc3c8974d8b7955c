// YAML text to a tree of our own: mappings are objects without prototype, lists are arrays, scalars keep
// their text (`zip: 012` stays "012") and remember whether they were quoted. The position of every key and
// value is kept beside the tree, so that a mistake found later can be pointed at.
//
// The library reads with its failsafe schema; anchors, `<<`, `!!binary`, nulls and duplicate keys are
// treated here the way the reference's parser treats them.

import { LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml'
import type { Alias, Document, Node, Pair, YAMLMap } from 'yaml'
import { messageOf, quoted } from '@pharos/base'
import { ConfigErrors, pathText } from './config-errors.ts'
import type { Mistake, Path } from './config-errors.ts'
import { CONFIG_BYTES_MAX, YAML_DEPTH_MAX, YAML_NODES_MAX } from './limits.ts'

/** A scalar as written. */
export class YamlScalar {
  readonly text: string
  /** Quoted text is never a number, a boolean or null. */
  readonly isPlain: boolean
  /** `!!binary` that did not decode to text; `text` then has it escaped. */
  readonly isBinary: boolean

  constructor(text: string, isPlain: boolean, isBinary = false) {
    this.text = text
    this.isPlain = isPlain
    this.isBinary = isBinary
  }

  /** `key:`, `key: ~`, `key: null`. */
  get isNull(): boolean {
    return this.isPlain && /^(?:|~|null|Null|NULL)$/.test(this.text)
  }
}

export type YamlMapping = { [key: string]: YamlNode }
export type YamlNode = YamlScalar | YamlNode[] | YamlMapping

/** Neither tab nor line ends nor the next-line character. */
const CONTROL = /(?![\t\n\r\u0085])\p{Cc}/u

export interface YamlTree {
  /** Undefined for an empty document. */
  readonly root: YamlNode | undefined
  /** 1-based line and column of the value at `path`, or of its key; the nearest known parent's otherwise. */
  position(path: Path, at: 'key' | 'value'): { readonly line: number; readonly column: number }
}

/**
 * Reads the first document of a YAML text.
 *
 * @param file  name for messages
 * @param limitBytes  longest text that is read
 * @throws ConfigErrors with every syntax error and every duplicate key
 * @source YAML 1.2; gopkg.in/yaml.v2 for nulls, merges and binary
 */
export function readYaml(
  text: string,
  file: string,
  limitBytes: number = CONFIG_BYTES_MAX,
): YamlTree {
  if (text.length > limitBytes) {
    const message = `file has ${text.length} characters, at most ${limitBytes} are read`
    throw new ConfigErrors([{ file, line: 1, column: 1, path: '', message }])
  }
  const lines = new LineCounter()
  const positionAt = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const fail = (offset: number, path: Path, message: string): Mistake => ({
    file,
    ...positionAt(offset),
    path: pathText(path),
    message,
  })
  const control = CONTROL.exec(text)
  if (control !== null) {
    const before = text.slice(0, control.index).split('\n')
    const column = before.at(-1)!.length + 1
    const message = 'not YAML: control characters are not allowed'
    throw new ConfigErrors([{ file, line: before.length, column, path: '', message }])
  }
  const document = firstDocument(text, lines, fail)
  const builder = new TreeBuilder(document, fail)
  const root = builder.build()
  if (builder.mistakes.length > 0) throw new ConfigErrors(builder.mistakes)
  return {
    root,
    position(path, at) {
      return positionAt(builder.offsetAt(path, at))
    },
  }
}

function firstDocument(
  text: string,
  lines: LineCounter,
  fail: (offset: number, path: Path, message: string) => Mistake,
): Document.Parsed | undefined {
  const plain = text.startsWith('\ufeff') ? text.slice(1) : text
  let documents: readonly Document.Parsed[]
  try {
    const parsed = parseAllDocuments(plain, {
      schema: 'failsafe',
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
    })
    documents = 'empty' in parsed ? [] : parsed
  } catch (error) {
    // The library recurses, so a hundred thousand brackets end its stack before our own depth limit is asked.
    const message =
      error instanceof RangeError ? 'nested too deeply' : `not YAML: ${messageOf(error)}`
    throw new ConfigErrors([fail(0, [], message)])
  }
  const first = documents[0]
  if (first !== undefined && first.errors.length > 0) {
    const mistakes = first.errors.map((error) => {
      const tooDeep = error.message.includes('call stack')
      return fail(error.pos[0], [], tooDeep ? 'nested too deeply' : `not YAML: ${error.message}`)
    })
    throw new ConfigErrors(withoutRepeats(mistakes))
  }
  return first
}

/** One unclosed bracket makes the library complain about every line after it: the first of a line is enough. */
function withoutRepeats(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Set<number>()
  return mistakes.filter((mistake) => !seen.has(mistake.line) && seen.add(mistake.line))
}

interface FoundChild {
  /** Offset of the key; of the item itself in a list. */
  readonly key: number
  readonly value: Node | null
}

/** A path as it grows: cheap for a million nodes, written out only for a mistake. */
interface Trail {
  readonly above: Trail | undefined
  readonly part: string | number
  readonly depth: number
}

function below(above: Trail | undefined, part: string | number): Trail {
  return { above, part, depth: (above?.depth ?? 0) + 1 }
}

function pathOf(trail: Trail | undefined): Path {
  const path: (string | number)[] = []
  for (let at = trail; at !== undefined; at = at.above) path.unshift(at.part)
  return path
}

class TreeBuilder {
  readonly mistakes: Mistake[] = []
  readonly #document: Document.Parsed | undefined
  readonly #fail: (offset: number, path: Path, message: string) => Mistake
  readonly #targets = new Map<Node, Node | undefined>()
  #nodeCount = 0

  constructor(
    document: Document.Parsed | undefined,
    fail: (offset: number, path: Path, message: string) => Mistake,
  ) {
    this.#document = document
    this.#fail = fail
  }

  build(): YamlNode | undefined {
    const contents = this.#document?.contents
    if (contents === null || contents === undefined) return undefined
    return this.#node(contents, undefined, [])
  }

  /**
   * Where the value at a path starts, or its key, or the key of the nearest known parent. Walked through the
   * document again, because places are asked for only when something is wrong.
   */
  offsetAt(path: Path, at: 'key' | 'value'): number {
    let node: Node | null = this.#document?.contents ?? null
    let offset = offsetOf(node) ?? 0
    for (const [i, part] of path.entries()) {
      const found: FoundChild | undefined = this.#child(node, part)
      if (found === undefined) return offset
      const value = offsetOf(found.value) ?? found.key
      offset = at === 'key' || i < path.length - 1 ? found.key : value
      node = found.value
    }
    return offset
  }

  #child(parent: Node | null, part: string | number): FoundChild | undefined {
    const node = isAlias(parent) ? this.#target(parent) : parent
    if (isSeq(node) && typeof part === 'number') {
      const value = node.items[part] as Node | null | undefined
      return value === undefined ? undefined : { key: offsetOf(value) ?? 0, value }
    }
    if (!isMap(node)) return undefined
    const pairs = node.items as Pair<Node | null, Node | null>[]
    for (const { key, value } of pairs) {
      if (isScalar(key) && String(key.value) === part) return { key: offsetOf(key) ?? 0, value }
    }
    for (const { key, value } of pairs) {
      if (!isScalar(key) || key.value !== '<<') continue
      const merged = isAlias(value) ? this.#target(value) : value
      const parts = isSeq(merged) ? (merged.items as Node[]) : [merged ?? null]
      for (const one of parts) {
        const found = this.#child(one, part)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  /** What an alias stands for. Remembered, because the library looks through the whole document each time. */
  #target(alias: Alias): Node | undefined {
    if (!this.#targets.has(alias)) {
      const target = this.#document === undefined ? undefined : alias.resolve(this.#document)
      this.#targets.set(alias, target)
    }
    return this.#targets.get(alias)
  }

  /** `above` holds the aliased nodes being followed, so that an anchor inside itself is found. */
  #node(node: Node | null, trail: Trail | undefined, above: readonly Node[]): YamlNode {
    this.#count(node, trail)
    if (node === null) return new YamlScalar('', true)
    if (isAlias(node)) {
      const target = this.#target(node)
      if (target === undefined || above.includes(target)) {
        const why =
          target === undefined ? 'has no anchor before it' : 'stands inside its own anchor'
        return this.#bad(node, trail, `alias *${node.source} ${why}`)
      }
      return this.#node(target, trail, [...above, target])
    }
    if (isMap(node)) return this.#mapping(node, trail, above)
    if (isSeq(node)) {
      return node.items.map((item, i) => this.#node(item as Node | null, below(trail, i), above))
    }
    return this.#scalar(node, trail)
  }

  #mapping(node: YAMLMap, trail: Trail | undefined, above: readonly Node[]): YamlMapping {
    const mapping = Object.create(null) as YamlMapping
    const merged: YamlMapping[] = []
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      if (isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN') {
        merged.push(...this.#merged(pair.value, trail, above))
        continue
      }
      const offset = offsetOf(pair.key) ?? 0
      const key = this.#node(pair.key, trail, above)
      if (!(key instanceof YamlScalar)) {
        this.mistakes.push(this.#fail(offset, pathOf(trail), 'a key has to be text'))
        continue
      }
      if (Object.hasOwn(mapping, key.text)) {
        this.mistakes.push(this.#fail(offset, pathOf(trail), `key ${key.text} is already set`))
        continue
      }
      mapping[key.text] = this.#node(pair.value, below(trail, key.text), above)
    }
    // What the mapping itself says wins over what is merged into it.
    for (const extra of merged) {
      for (const key of Object.keys(extra))
        if (!Object.hasOwn(mapping, key)) mapping[key] = extra[key]!
    }
    return mapping
  }

  #merged(node: Node | null, trail: Trail | undefined, above: readonly Node[]): YamlMapping[] {
    const value = this.#node(node, trail, above)
    const parts = Array.isArray(value) ? value : [value]
    return parts.filter((part): part is YamlMapping => {
      if (part instanceof YamlScalar || Array.isArray(part)) {
        this.#bad(node, trail, '<< wants a mapping or a list of mappings')
        return false
      }
      return true
    })
  }

  #scalar(node: Node, trail: Trail | undefined): YamlScalar {
    if (!isScalar(node)) return this.#bad(node, trail, 'not a scalar, list or mapping')
    // The text as written, because the library decodes !!binary to bytes by itself and leniently.
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '')
    if (node.tag === 'tag:yaml.org,2002:binary') return this.#binary(node, text, trail)
    if (node.tag === 'tag:yaml.org,2002:null') return new YamlScalar('', true)
    const isPlain = node.type === 'PLAIN' || node.type === undefined
    const isTagged = /^tag:yaml\.org,2002:(?:bool|int|float)$/.test(node.tag ?? '')
    return new YamlScalar(text, isPlain || isTagged)
  }

  #binary(node: Node, text: string, trail: Trail | undefined): YamlScalar {
    const compact = text.replace(/[\r\n \t]/g, '')
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact))
      return this.#bad(node, trail, '!!binary value contains invalid base64 data')
    const bytes = Uint8Array.from(atob(compact), (c) => c.charCodeAt(0))
    const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    if (!decoded.includes('\ufffd')) return new YamlScalar(decoded, false)
    const escaped = Array.from(bytes, (b) =>
      b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0')}`,
    )
    return new YamlScalar(escaped.join(''), false, true)
  }

  #bad(node: Node | null, trail: Trail | undefined, message: string): YamlScalar {
    this.mistakes.push(this.#fail(offsetOf(node) ?? 0, pathOf(trail), message))
    return new YamlScalar('', true)
  }

  #count(node: Node | null, trail: Trail | undefined): void {
    this.#nodeCount++
    const tooMany = this.#nodeCount > YAML_NODES_MAX
    if (!tooMany && (trail?.depth ?? 0) <= YAML_DEPTH_MAX) return
    const message = tooMany
      ? `more than ${YAML_NODES_MAX} values after aliases are followed`
      : `nested more than ${YAML_DEPTH_MAX} levels deep`
    throw new ConfigErrors([this.#fail(offsetOf(node) ?? 0, pathOf(trail).slice(0, 4), message)])
  }
}

function offsetOf(node: Node | null | undefined): number | undefined {
  return node?.range?.[0]
}

/** What stands there, for messages: `"text"`, `a list`, `a mapping`, `nothing`. */
export function described(node: YamlNode | undefined): string {
  if (node === undefined) return 'nothing'
  if (node instanceof YamlScalar) return node.isNull ? 'nothing' : quoted(node.text)
  return Array.isArray(node) ? 'a list' : 'a mapping'
}
