// The definition stream: symbols, pairs, shapes, layouts and groups under numbers that count up from 0 in each
// file. A definition stands before its first use. Every section says with which number it begins, so that
// a lost one is noticed instead of shifting all that follow.
//
//   SYM    1  first n  n × (length utf8)
//   PAIR   2  first n  n × (name value)                        symbols; value 0 (empty): the label is removed
//   SHAPE  3  first n  n × (k  k × pair)
//   LAYOUT 4  first n  n × (prefix layout + 1  k  k × zz(shape − previous shape))
//   GROUP  5  first n  n × (k  k × pair  kind)
//   META   6  n × (name type help unit)                        texts and u8
//
// All numbers are varints. Symbol 0 is always the empty text.

import { type ByteWriter, runTask, type Task } from '@pharos/base'
import type { Labels, Metadata, MetricType } from '@pharos/model'
import type { GroupKind } from '../appender.ts'
import type { Layout } from './layout.ts'
import type { Shape } from './shape.ts'

export const Section = {
  symbols: 1,
  pairs: 2,
  shapes: 3,
  layouts: 4,
  groups: 5,
  metadata: 6,
} as const

export const KIND_CODES: Readonly<Record<GroupKind, number>> = {
  scrape: 1,
  rules: 2,
  push: 4,
  remote: 16,
}

/** The index is the code on disk: append only. */
export const METRIC_TYPES: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
]

/** Definitions between two stops, some 100 µs. */
const STOP_COUNT = 256

interface LayoutPart {
  readonly count: number
  readonly id: number
}

export class DefinitionWriter {
  readonly #symbols = new Map<string, number>()
  readonly #pairs = new Map<number, number>()
  readonly #shapes = new Map<Shape, number>()
  readonly #layouts = new Map<Layout, LayoutPart[]>()
  readonly #groups = new Map<string, number>()
  #layoutCount = 0
  #lostShapes = 0
  #newSymbols: string[] = []
  #newPairs: number[] = []
  #newShapes: number[][] = []
  #newLayouts: { prefix: number; shapes: number[] }[] = []
  #newGroups: { pairs: number[]; kind: number }[] = []

  constructor() {
    this.#symbol('')
  }

  get hasNews(): boolean {
    return (
      this.#newSymbols.length > 0 ||
      this.#newPairs.length > 0 ||
      this.#newShapes.length > 0 ||
      this.#newLayouts.length > 0 ||
      this.#newGroups.length > 0
    )
  }

  /** The number of a group in this file. */
  group(key: Labels, kind: GroupKind): number {
    const text = `${KIND_CODES[kind]} ${key.key}`
    let id = this.#groups.get(text)
    if (id === undefined) {
      id = this.#groups.size
      this.#groups.set(text, id)
      this.#newGroups.push({ pairs: this.#pairsOf(key), kind: KIND_CODES[kind] })
    }
    return id
  }

  /** The number in this file of the first `count` columns of a layout. */
  layout(layout: Layout, count: number = layout.shapes.length): number {
    const parts = this.#layouts.get(layout)
    for (let i = (parts?.length ?? 0) - 1; i >= 0; i--) {
      if (parts![i]!.count === count) return parts![i]!.id
    }
    return runTask(this.numbered(layout, count))
  }

  /** The same for a layout that may be long. */
  *numbered(layout: Layout, count: number = layout.shapes.length): Task<number> {
    let parts = this.#layouts.get(layout)
    if (parts === undefined) this.#layouts.set(layout, (parts = []))
    let prefix: LayoutPart = { count: 0, id: -1 }
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i]!
      if (part.count === count) return part.id
      if (part.count < count && part.count > prefix.count) prefix = part
    }
    const shapes: number[] = []
    for (let column = prefix.count; column < count; column++) {
      shapes.push(this.#shape(layout.shapes[column]))
      if (column % STOP_COUNT === 0) yield
    }
    const id = this.#layoutCount++
    this.#newLayouts.push({ prefix: prefix.id, shapes })
    parts.push({ count, id })
    return id
  }

  /** Writes what was numbered since the last call, in an order in which everything precedes its use. */
  flush(out: ByteWriter): void {
    runTask(this.flushed(out))
  }

  /** The same when there may be many. Nothing may be numbered meanwhile. */
  *flushed(out: ByteWriter): Task<void> {
    const section = (type: number, total: number, fresh: readonly unknown[]): boolean => {
      if (fresh.length === 0) return false
      out.u8(type)
      out.varint(total - fresh.length)
      out.varint(fresh.length)
      return true
    }
    if (section(Section.symbols, this.#symbols.size, this.#newSymbols)) {
      for (let i = 0; i < this.#newSymbols.length; i++) {
        out.text(this.#newSymbols[i]!)
        if (i % STOP_COUNT === 0) yield
      }
    }
    if (section(Section.pairs, this.#pairs.size, this.#newPairs)) {
      for (let i = 0; i < this.#newPairs.length; i++) {
        const pair = this.#newPairs[i]!
        out.varint(Math.floor(pair / PAIR_BASE))
        out.varint(pair % PAIR_BASE)
        if (i % STOP_COUNT === 0) yield
      }
    }
    if (section(Section.shapes, this.#shapes.size + this.#lostShapes, this.#newShapes)) {
      for (let i = 0; i < this.#newShapes.length; i++) {
        writeList(out, this.#newShapes[i]!)
        if (i % STOP_COUNT === 0) yield
      }
    }
    if (section(Section.layouts, this.#layoutCount, this.#newLayouts)) {
      for (const { prefix, shapes } of this.#newLayouts) {
        out.varint(prefix + 1)
        out.varint(shapes.length)
        let previous = 0
        for (let i = 0; i < shapes.length; i++) {
          out.zigzag(shapes[i]! - previous)
          previous = shapes[i]!
          if (i % (8 * STOP_COUNT) === 0) yield
        }
      }
    }
    if (section(Section.groups, this.#groups.size, this.#newGroups)) {
      for (const { pairs, kind } of this.#newGroups) {
        writeList(out, pairs)
        out.varint(kind)
      }
    }
    this.#newSymbols = []
    this.#newPairs = []
    this.#newShapes = []
    this.#newLayouts = []
    this.#newGroups = []
  }

  /** A column without definition becomes a shape without labels, which no selection finds. */
  #shape(shape: Shape | undefined): number {
    if (shape === undefined) {
      this.#newShapes.push([])
      return this.#shapes.size + this.#lostShapes++
    }
    let id = this.#shapes.get(shape)
    if (id === undefined) {
      id = this.#shapes.size + this.#lostShapes
      this.#shapes.set(shape, id)
      const pairs = this.#pairsOf(shape.own)
      for (const name of shape.removed) pairs.push(this.#pair(name, ''))
      // A series with exactly its group's labels is not a lost one.
      if (pairs.length === 0) pairs.push(this.#pair('', ''))
      this.#newShapes.push(pairs)
    }
    return id
  }

  #pairsOf(labels: Labels): number[] {
    const pairs: number[] = []
    for (let i = 0; i < labels.flat.length; i += 2) {
      pairs.push(this.#pair(labels.flat[i]!, labels.flat[i + 1]!))
    }
    return pairs
  }

  #pair(name: string, value: string): number {
    const key = this.#symbol(name) * PAIR_BASE + this.#symbol(value)
    let id = this.#pairs.get(key)
    if (id === undefined) {
      id = this.#pairs.size
      this.#pairs.set(key, id)
      this.#newPairs.push(key)
    }
    return id
  }

  #symbol(text: string): number {
    let id = this.#symbols.get(text)
    if (id === undefined) {
      id = this.#symbols.size
      this.#symbols.set(text, id)
      this.#newSymbols.push(text)
    }
    return id
  }
}

/** Two symbol numbers in one exact double. */
const PAIR_BASE = 2 ** 26

function writeList(out: ByteWriter, ids: readonly number[]): void {
  out.varint(ids.length)
  for (const id of ids) out.varint(id)
}

/** Writes a META section. */
export function writeMetadata(
  out: ByteWriter,
  entries: Iterable<readonly [string, Metadata]>,
): void {
  const all = [...entries]
  out.u8(Section.metadata)
  out.varint(all.length)
  for (const [name, { type, help, unit }] of all) {
    out.text(name)
    out.u8(METRIC_TYPES.indexOf(type))
    out.text(help)
    out.text(unit)
  }
}
