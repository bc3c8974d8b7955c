// The index of a block, version 2, made: see index-file.ts for how it looks.

import { crc32c } from '@pharos/base'
import { compareText, type Labels } from '@pharos/model'
import { SectionWriter } from './big-endian.ts'
import { INDEX_MAGIC } from './index-file.ts'

interface IndexedChunk {
  readonly minMs: number
  readonly maxMs: number
  readonly place: number
}

export class IndexWriter {
  readonly #out = new SectionWriter(1 << 20)
  readonly #symbols = new Map<string, number>()
  /** Series by value by name; the empty name has them all. */
  readonly #postings = new Map<string, Map<string, number[]>>([['', new Map([['', []]])]])
  readonly #body = new SectionWriter(4096)
  readonly #symbolsAt: number
  readonly #seriesAt: number

  /** `all`: label sets of every series that may be added. */
  constructor(all: readonly Labels[]) {
    const out = this.#out
    out.u32be(INDEX_MAGIC)
    out.u8(2)
    const symbols = new Set<string>([''])
    for (const { flat } of all) for (const text of flat) symbols.add(text)
    this.#symbolsAt = out.length
    this.#section(() => {
      this.#body.u32be(symbols.size)
      for (const symbol of [...symbols].sort(compareText)) {
        this.#symbols.set(symbol, this.#symbols.size)
        this.#body.text(symbol)
      }
    })
    this.#seriesAt = out.length
  }

  /** Adds a series; they come in the order of their labels. */
  add(labels: Labels, chunks: readonly IndexedChunk[]): void {
    const out = this.#out
    while (out.length % 16 !== 0) out.u8(0)
    const ref = out.length / 16
    const body = this.#body
    body.clear()
    body.varint(labels.size)
    this.#postings.get('')!.get('')!.push(ref)
    for (const [name, value] of labels) {
      body.varint(this.#symbols.get(name)!)
      body.varint(this.#symbols.get(value)!)
      this.#note(name, value, ref)
    }
    body.varint(chunks.length)
    chunks.forEach(({ minMs, maxMs, place }, i) => {
      const before = chunks[i - 1]
      if (before === undefined) body.zigzag(minMs)
      else body.varint(minMs - before.maxMs)
      body.varint(maxMs - minMs)
      if (before === undefined) body.varint(place)
      else body.zigzag(place - before.place)
    })
    out.varint(body.length)
    out.raw(body.bytes())
    out.u32be(crc32c(body.bytes()))
  }

  /** The whole file. */
  bytes(): Uint8Array<ArrayBuffer> {
    const out = this.#out
    const labelIndicesAt = out.length
    const postingsAt = out.length
    const places: (readonly [name: string, value: string, at: number])[] = []
    for (const [name, byValue] of sorted(this.#postings)) {
      for (const [value, refs] of sorted(byValue)) {
        while (out.length % 4 !== 0) out.u8(0)
        places.push([name, value, out.length])
        this.#section(() => {
          this.#body.u32be(refs.length)
          for (const ref of refs) this.#body.u32be(ref)
        })
      }
    }
    // Nothing reads the tables of label values any more; an empty one keeps the contents whole.
    const labelOffsetsAt = out.length
    this.#section(() => this.#body.u32be(0))
    const postingsOffsetsAt = out.length
    this.#section(() => {
      this.#body.u32be(places.length)
      for (const [name, value, at] of places) {
        this.#body.varint(2)
        this.#body.text(name)
        this.#body.text(value)
        this.#body.varint(at)
      }
    })
    const contentsAt = out.length
    const offsets = [
      this.#symbolsAt,
      this.#seriesAt,
      labelIndicesAt,
      labelOffsetsAt,
      postingsAt,
      postingsOffsetsAt,
    ]
    for (const offset of offsets) out.u64be(offset)
    out.u32be(crc32c(out.bytes(), contentsAt, out.length))
    return out.bytes()
  }

  #note(name: string, value: string, ref: number): void {
    let byValue = this.#postings.get(name)
    if (byValue === undefined) this.#postings.set(name, (byValue = new Map()))
    const refs = byValue.get(value)
    if (refs === undefined) byValue.set(value, [ref])
    else refs.push(ref)
  }

  #section(fill: () => void): void {
    this.#body.clear()
    fill()
    this.#out.u32be(this.#body.length)
    this.#out.raw(this.#body.bytes())
    this.#out.u32be(crc32c(this.#body.bytes()))
  }
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => compareText(a, b))
}
