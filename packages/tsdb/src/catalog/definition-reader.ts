// Reads the definition stream of definition-writer.ts back. What refers to a definition that was lost is
// itself lost, and is left as a hole: nothing is ever read under another's labels.

import { ByteReader, OutsideError, type Task } from '@pharos/base'
import { Labels, type Metadata } from '@pharos/model'
import type { GroupKind } from '../appender.ts'
import { KIND_CODES, METRIC_TYPES, Section } from './definition-writer.ts'
import { Layout } from './layout.ts'
import type { Shape, ShapeTable } from './shape.ts'

export interface GroupDefinition {
  readonly key: Labels
  readonly kind: GroupKind
}

const KINDS = new Map<number, GroupKind>(
  (Object.entries(KIND_CODES) as [GroupKind, number][]).map(([kind, code]) => [code, kind]),
)

/** Definitions, or columns of a layout, between two stops: some 100 µs. */
const STOP_COUNT = 256

export class DefinitionReader {
  readonly #table: ShapeTable
  readonly #symbols: (string | undefined)[] = []
  readonly #pairs: (readonly [string, string] | undefined)[] = []
  readonly #shapes: (Shape | undefined)[] = []
  readonly layouts: (Layout | undefined)[] = []
  readonly groups: (GroupDefinition | undefined)[] = []
  readonly metadata: Map<string, Metadata> = new Map()

  constructor(table: ShapeTable) {
    this.#table = table
  }

  /**
   * Takes a piece of the stream, which may be long.
   * @throws OutsideError `tsdb/corrupt` or `bytes/…` when it is no definition stream
   */
  *applied(bytes: Uint8Array): Task<void> {
    const reader = new ByteReader(bytes)
    while (reader.remaining > 0) {
      const type = reader.u8()
      if (type === Section.metadata) {
        this.#readMetadata(reader)
        continue
      }
      const first = reader.varint()
      const end = first + reader.varint()
      // A definition takes a byte at least, so a huge count is garbage and must not fill memory with holes.
      if (end - first > reader.remaining || end > 2 ** 31) throw corrupt('count of definitions')
      for (let id = first; id < end; id++) {
        if (type === Section.layouts) this.layouts[id] = yield* this.#layout(reader)
        else this.#readOne(type, id, reader)
        if (id % STOP_COUNT === 0) yield
      }
    }
  }

  #readOne(type: number, id: number, reader: ByteReader): void {
    if (type === Section.symbols) {
      this.#symbols[id] = reader.text()
    } else if (type === Section.pairs) {
      const name = this.#symbols[reader.varint()]
      const value = this.#symbols[reader.varint()]
      this.#pairs[id] = name === undefined || value === undefined ? undefined : [name, value]
    } else if (type === Section.shapes) {
      const pairs = this.#pairList(reader)
      this.#shapes[id] = pairs === undefined || pairs.length === 0 ? undefined : this.#shape(pairs)
    } else if (type === Section.groups) {
      const pairs = this.#pairList(reader)
      const kind = KINDS.get(reader.varint())
      this.groups[id] =
        pairs === undefined || kind === undefined ? undefined : { key: Labels.of(pairs), kind }
    } else {
      throw corrupt(`section ${type} of definitions`)
    }
  }

  #shape(pairs: readonly (readonly [string, string])[]): Shape {
    const own: string[] = []
    const removed: string[] = []
    for (const [name, value] of pairs) {
      if (value !== '') own.push(name, value)
      else if (name !== '') removed.push(name)
    }
    return this.#table.shape(new Labels(own), removed)
  }

  *#layout(reader: ByteReader): Task<Layout | undefined> {
    const prefixId = reader.varint() - 1
    const count = reader.varint()
    const prefix = prefixId < 0 ? undefined : this.layouts[prefixId]
    const layout = new Layout()
    for (let column = 0; column < (prefix?.shapes.length ?? 0); column++) {
      layout.add(prefix!.shapes[column])
      if (column % STOP_COUNT === 0) yield
    }
    let shape = 0
    for (let i = 0; i < count; i++) {
      shape += reader.zigzag()
      layout.add(this.#shapes[shape])
      if (i % STOP_COUNT === 0) yield
    }
    return prefixId >= 0 && prefix === undefined ? undefined : layout
  }

  #pairList(reader: ByteReader): (readonly [string, string])[] | undefined {
    const count = reader.varint()
    const pairs: (readonly [string, string])[] = []
    let isWhole = true
    for (let i = 0; i < count; i++) {
      const pair = this.#pairs[reader.varint()]
      if (pair === undefined) isWhole = false
      else pairs.push(pair)
    }
    return isWhole ? pairs : undefined
  }

  #readMetadata(reader: ByteReader): void {
    const count = reader.varint()
    for (let i = 0; i < count; i++) {
      const name = reader.text()
      const type = METRIC_TYPES[reader.u8()] ?? 'unknown'
      this.metadata.set(name, { type, help: reader.text(), unit: reader.text() })
    }
  }
}

function corrupt(what: string): OutsideError {
  return new OutsideError('tsdb/corrupt', `bad ${what}`)
}
