// Remote write 2.0's message, walked in place (sender/write-body-v2.ts draws it). Labels are references to symbols; of each
// series they are put together as version 1.0 has them, so that the same series is found by the same bytes.

import { OutsideError, ProtoReader, Wire } from '@pharos/base'
import { Labels, METRIC_NAME, type Exemplar } from '@pharos/model'
import { readValue } from './float-value.ts'
import { readHistogram } from './histogram-message.ts'
import { METRIC_TYPES, readSample, type WriteSink } from './write-request.ts'

/**
 * Hands everything in a message to `sink`. The bytes that `sink.series` gets are valid during the call.
 * @throws OutsideError `proto/corrupt`; what came before was handed over by then
 * @source io.prometheus.write.v2.Request in the remote write 2.0 specification
 */
export function readWriteRequestV2(message: Uint8Array, sink: WriteSink): void {
  new RequestReader(message, sink).read()
}

class RequestReader {
  readonly #message: Uint8Array
  readonly #sink: WriteSink
  /** Where each symbol begins and ends. */
  readonly #symbols: number[] = []
  readonly #refs: number[] = []
  /** Of the label that has the metric's name. */
  #nameRef = -1
  readonly #described = new Set<string>()
  #labels = new Uint8Array(1024)
  #length = 0

  constructor(message: Uint8Array, sink: WriteSink) {
    this.#message = message
    this.#sink = sink
  }

  read(): void {
    // Symbols may stand behind the series that use them.
    const symbols = new ProtoReader(this.#message)
    while (symbols.next()) {
      if (symbols.field !== 4) {
        symbols.skip()
        continue
      }
      const { byteLength } = symbols.raw()
      this.#symbols.push(symbols.offset - byteLength, symbols.offset)
    }
    for (let ref = 0; ref < this.#symbols.length / 2 && this.#nameRef < 0; ref++) {
      const [from, to] = this.#place(ref)
      if (to - from === METRIC_NAME.length && this.#text(ref) === METRIC_NAME) this.#nameRef = ref
    }
    if (this.#symbols.length > 0 && this.#symbols[0] !== this.#symbols[1])
      throw new OutsideError('proto/corrupt', 'symbol 0 is not the empty text')
    const reader = new ProtoReader(this.#message)
    while (reader.next()) {
      if (reader.field === 5) this.#series(reader)
      else reader.skip()
    }
  }

  #series(reader: ProtoReader): void {
    const outer = reader.enter()
    this.#refs.length = 0
    let isWanted = false
    let isBegun = false
    while (reader.next()) {
      const { field } = reader
      if (field === 1) {
        if (isBegun)
          throw new OutsideError('proto/corrupt', 'labels of a series stand behind its samples')
        reader.repeated(Wire.varint, (one) => this.#refs.push(one.uint64()))
        continue
      }
      if (!isBegun) isWanted = this.#begin()
      isBegun = true
      if (!isWanted) reader.skip()
      else if (field === 2) readSample(reader, this.#sink)
      else if (field === 3) {
        const { tMs, histogram } = readHistogram(reader)
        this.#sink.histogram(tMs, histogram)
      } else if (field === 4) this.#sink.exemplar(this.#exemplar(reader))
      else if (field === 5) this.#metadata(reader)
      else reader.skip()
    }
    reader.leave(outer)
  }

  #begin(): boolean {
    if (this.#refs.length % 2 !== 0)
      throw new OutsideError('proto/corrupt', 'a label of a series has no value')
    this.#length = 0
    for (let i = 0; i < this.#refs.length; i += 2)
      this.#addLabel(this.#refs[i]!, this.#refs[i + 1]!)
    return this.#sink.series(this.#labels, 0, this.#length)
  }

  /** `labels 1 { name 1, value 2 }`, as in version 1.0. */
  #addLabel(name: number, value: number): void {
    const [nameFrom, nameTo] = this.#place(name)
    const [valueFrom, valueTo] = this.#place(value)
    const nameBytes = nameTo - nameFrom
    const valueBytes = valueTo - valueFrom
    const inner = 2 + varintBytes(nameBytes) + varintBytes(valueBytes) + nameBytes + valueBytes
    const wanted = this.#length + inner + 11
    if (wanted > this.#labels.length) {
      const larger = new Uint8Array(wanted * 2)
      larger.set(this.#labels.subarray(0, this.#length))
      this.#labels = larger
    }
    this.#tag(0x0a, inner)
    this.#tag(0x0a, nameBytes)
    this.#copy(nameFrom, nameTo)
    this.#tag(0x12, valueBytes)
    this.#copy(valueFrom, valueTo)
  }

  #tag(tag: number, length: number): void {
    this.#labels[this.#length++] = tag
    let rest = length
    for (; rest >= 0x80; rest >>>= 7) this.#labels[this.#length++] = (rest & 0x7f) | 0x80
    this.#labels[this.#length++] = rest
  }

  #copy(from: number, to: number): void {
    const [source, out] = [this.#message, this.#labels]
    // Most are short: a loop costs less than a view.
    for (let at = from; at < to; at++) out[this.#length++] = source[at]!
  }

  #place(ref: number): readonly [from: number, to: number] {
    const from = this.#symbols[2 * ref]
    if (from === undefined)
      throw new OutsideError('proto/corrupt', `symbol ${ref} of ${this.#symbols.length / 2}`)
    return [from, this.#symbols[2 * ref + 1]!]
  }

  #text(ref: number): string {
    const [from, to] = this.#place(ref)
    return new TextDecoder().decode(this.#message.subarray(from, to))
  }

  #exemplar(reader: ProtoReader): Exemplar {
    const outer = reader.enter()
    const refs: number[] = []
    let [value, timestampMs] = [0, 0]
    while (reader.next()) {
      if (reader.field === 1) reader.repeated(Wire.varint, (one) => refs.push(one.uint64()))
      else if (reader.field === 2) value = readValue(reader)
      else if (reader.field === 3) timestampMs = reader.int64()
      else reader.skip()
    }
    reader.leave(outer)
    const pairs: [string, string][] = []
    for (let i = 0; i + 1 < refs.length; i += 2)
      pairs.push([this.#text(refs[i]!), this.#text(refs[i + 1]!)])
    return { labels: Labels.of(pairs), value, timestampMs }
  }

  #metadata(reader: ProtoReader): void {
    const outer = reader.enter()
    let [type, help, unit] = [0, 0, 0]
    while (reader.next()) {
      if (reader.field === 1) type = reader.int64()
      else if (reader.field === 3) help = reader.uint64()
      else if (reader.field === 4) unit = reader.uint64()
      else reader.skip()
    }
    reader.leave(outer)
    if (type === 0 && help === 0 && unit === 0) return
    const at = this.#refs.findIndex((ref, i) => i % 2 === 0 && ref === this.#nameRef)
    const family = at < 0 ? '' : this.#text(this.#refs[at + 1]!)
    // Every series has its own; most of them say the same of the same name.
    if (family === '' || this.#described.has(family)) return
    this.#described.add(family)
    this.#sink.metadata(family, {
      type: METRIC_TYPES[type] ?? 'unknown',
      help: this.#text(help),
      unit: this.#text(unit),
    })
  }
}

function varintBytes(length: number): number {
  let bytes = 1
  for (let rest = length; rest >= 0x80; rest >>>= 7) bytes++
  return bytes
}
