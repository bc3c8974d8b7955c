// Label sets as bytes of JSON. The same pairs come in thousands of series and from answer to answer: the bytes of each are
// kept, and a label set is a few short copies, where joining texts leaves a kilobyte for the collector.

import type { Labels } from '@pharos/model'
import type { ChunkWriter } from './chunk-writer.ts'
import { LABEL_PAIR_CHARS, LABEL_PAIRS } from './limits.ts'

const COMMA = 0x2c
const OPEN = 0x7b
const CLOSE = 0x7d

export class LabelBytes {
  /** By name and value: `"name":"value"`. */
  readonly #pairs = new Map<string, Map<string, Buffer>>()
  #count = 0

  /** Writes `{"__name__":"up","job":"x"}`. */
  write({ flat }: Labels, out: ChunkWriter): void {
    let separator = OPEN
    for (let i = 0; i < flat.length; i += 2) {
      out.byte(separator)
      this.#write(flat[i]!, flat[i + 1]!, out)
      separator = COMMA
    }
    if (separator === OPEN) out.byte(OPEN)
    out.byte(CLOSE)
  }

  #write(name: string, value: string, out: ChunkWriter): void {
    const known = this.#pairs.get(name)?.get(value)
    if (known !== undefined) {
      out.bytes(known)
      return
    }
    const json = `${JSON.stringify(name)}:${JSON.stringify(value)}`
    out.text(json)
    if (json.length <= LABEL_PAIR_CHARS) this.#keep(name, value, json)
  }

  #keep(name: string, value: string, json: string): void {
    if (this.#count >= LABEL_PAIRS) {
      this.#pairs.clear()
      this.#count = 0
    }
    let values = this.#pairs.get(name)
    if (values === undefined) this.#pairs.set(name, (values = new Map()))
    values.set(value, Buffer.from(json))
    this.#count++
  }
}
