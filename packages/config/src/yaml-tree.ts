// YAML text to a tree of our own: mappings are objects without prototype, lists are arrays, scalars keep
// their text (`zip: 012` stays "012") and remember whether they were quoted. The position of every key and
// value is kept beside the tree, so that a mistake found later can be pointed at.
//
// The library reads with its failsafe schema; anchors, `<<`, `!!binary`, nulls and duplicate keys are
// treated here the way the reference's parser treats them.

import { LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml'
import type { Document, Node, Pair, YAMLMap } from 'yaml'
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

export interface YamlTree {
  /** Undefined for an empty document. */
  readonly root: YamlNode | undefined
  /** 1-based line and column of the value at `path`, or of its key; the nearest known parent's otherwise. */
  position(path: Path, at: 'key' | 'value'): { readonly line: number; readonly column: number }
}

interface Place {
  readonly key: number
  readonly value: number
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
  const document = firstDocument(text, lines, fail)
  const builder = new TreeBuilder(document, fail)
  const root = builder.build()
  if (builder.mistakes.length > 0) throw new ConfigErrors(builder.mistakes)
  return {
    root,
    position(path, at) {
      for (let n = path.length; n > 0; n--) {
        const place = builder.places.get(placeKey(path.slice(0, n)))
        if (place === undefined) continue
        return positionAt(at === 'key' || n < path.length ? place.key : place.value)
      }
      return positionAt(0)
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

function placeKey(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? `#${part}` : `.${part}`)).join('\0')
}

class TreeBuilder {
  readonly places = new Map<string, Place>()
  readonly mistakes: Mistake[] = []
  readonly #document: Document.Parsed | undefined
  readonly #fail: (offset: number, path: Path, message: string) => Mistake
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
    return this.#node(contents, [], [])
  }

  /** `above` holds the aliased nodes being followed, so that an anchor inside itself is found. */
  #node(node: Node | null, path: Path, above: readonly Node[]): YamlNode {
    this.#count(node, path)
    if (node === null) return new YamlScalar('', true)
    if (isAlias(node)) {
      const target = this.#document === undefined ? undefined : node.resolve(this.#document)
      if (target === undefined || above.includes(target)) {
        const why =
          target === undefined ? 'has no anchor before it' : 'stands inside its own anchor'
        return this.#bad(node, path, `alias *${node.source} ${why}`)
      }
      return this.#node(target, path, [...above, target])
    }
    if (isMap(node)) return this.#mapping(node, path, above)
    if (isSeq(node)) {
      return node.items.map((item, i) => {
        const child = item as Node | null
        const offset = offsetOf(child) ?? offsetOf(node) ?? 0
        this.places.set(placeKey([...path, i]), { key: offset, value: offset })
        return this.#node(child, [...path, i], above)
      })
    }
    return this.#scalar(node, path)
  }

  #mapping(node: YAMLMap, path: Path, above: readonly Node[]): YamlMapping {
    const mapping = Object.create(null) as YamlMapping
    const merged: YamlMapping[] = []
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      if (isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN') {
        merged.push(...this.#merged(pair.value, path, above))
        continue
      }
      const offset = offsetOf(pair.key) ?? 0
      const key = this.#node(pair.key, path, above)
      if (!(key instanceof YamlScalar)) {
        this.mistakes.push(this.#fail(offset, path, 'a key has to be text'))
        continue
      }
      const childPath = [...path, key.text]
      if (Object.hasOwn(mapping, key.text)) {
        this.mistakes.push(this.#fail(offset, path, `key ${key.text} is already set`))
        continue
      }
      this.places.set(placeKey(childPath), { key: offset, value: offsetOf(pair.value) ?? offset })
      mapping[key.text] = this.#node(pair.value, childPath, above)
    }
    // What the mapping itself says wins over what is merged into it.
    for (const extra of merged) {
      for (const key of Object.keys(extra))
        if (!Object.hasOwn(mapping, key)) mapping[key] = extra[key]!
    }
    return mapping
  }

  #merged(node: Node | null, path: Path, above: readonly Node[]): YamlMapping[] {
    const value = this.#node(node, path, above)
    const parts = Array.isArray(value) ? value : [value]
    return parts.filter((part): part is YamlMapping => {
      if (part instanceof YamlScalar || Array.isArray(part)) {
        this.#bad(node, path, '<< wants a mapping or a list of mappings')
        return false
      }
      return true
    })
  }

  #scalar(node: Node, path: Path): YamlScalar {
    if (!isScalar(node)) return this.#bad(node, path, 'not a scalar, list or mapping')
    // The text as written, because the library decodes !!binary to bytes by itself and leniently.
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '')
    if (node.tag === 'tag:yaml.org,2002:binary') return this.#binary(node, text, path)
    if (node.tag === 'tag:yaml.org,2002:null') return new YamlScalar('', true)
    return new YamlScalar(text, node.type === 'PLAIN' || node.type === undefined)
  }

  #binary(node: Node, text: string, path: Path): YamlScalar {
    const compact = text.replace(/[\r\n \t]/g, '')
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact))
      return this.#bad(node, path, '!!binary value contains invalid base64 data')
    const bytes = Uint8Array.from(atob(compact), (c) => c.charCodeAt(0))
    const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    if (!decoded.includes('\ufffd')) return new YamlScalar(decoded, false)
    const escaped = Array.from(bytes, (b) =>
      b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0')}`,
    )
    return new YamlScalar(escaped.join(''), false, true)
  }

  #bad(node: Node | null, path: Path, message: string): YamlScalar {
    this.mistakes.push(this.#fail(offsetOf(node) ?? 0, path, message))
    return new YamlScalar('', true)
  }

  #count(node: Node | null, path: Path): void {
    this.#nodeCount++
    const tooMany = this.#nodeCount > YAML_NODES_MAX
    if (!tooMany && path.length <= YAML_DEPTH_MAX) return
    const message = tooMany
      ? `more than ${YAML_NODES_MAX} values after aliases are followed`
      : `nested more than ${YAML_DEPTH_MAX} levels deep`
    throw new ConfigErrors([this.#fail(offsetOf(node) ?? 0, path.slice(0, 4), message)])
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
