// Nearly every body of a target is the last one with other numbers in it. A template is what lies between the numbers:
// literals, one behind the other in the kernel's memory, and their lengths. A body that matches costs one call of the
// kernel for all of its samples; one that does not is read by a cursor and may yield the next template.
//
//   # TYPE a counter⏎a{x="1"} 1⏎a{x="2"} 2⏎        literals  |# TYPE a counter⏎a{x="1"} |a{x="2"} ||
//                                                  values    1 2
//
// Targets of one kind share their template: it is found by its content.

import type { Kernel } from '@pharos/kernel'
import { powersOfFive } from '@pharos/kernel'
import { LF, SPACE, TAB } from './ascii.ts'
import { TEMPLATE_BYTES_MAX } from './limits.ts'

export interface BodyTemplate {
  /** Numbers, which are samples, in the order of the body. */
  readonly sampleCount: number
}

class Template implements BodyTemplate {
  readonly sampleCount: number
  readonly hash: number
  /** In kernel memory: the lengths u32[sampleCount + 1], then the literals. */
  readonly at: number
  readonly literalBytes: number
  users = 0

  constructor(sampleCount: number, hash: number, at: number, literalBytes: number) {
    this.sampleCount = sampleCount
    this.hash = hash
    this.at = at
    this.literalBytes = literalBytes
  }

  get literalsAt(): number {
    return this.at + 4 * (this.sampleCount + 1)
  }
}

/** All templates of a process, and the memory to match them in. */
export class BodyTemplates {
  readonly #kernel: Kernel
  readonly #byHash = new Map<number, Template[]>()
  /** Of all templates together. */
  #bytes = 0
  #powers = 0
  #bodyAt = 0
  #bodyBytes = -1
  #valuesAt = 0
  #valueCount = -1

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  get count(): number {
    let count = 0
    for (const { length } of this.#byHash.values()) count += length
    return count
  }

  /**
   * The template of a body that a cursor has read; give it back with `release`.
   * @param seriesEnds  for each sample where its name and labels end, ascending
   * @param count  samples
   * @returns undefined when its numbers do not stand alone between literals: there are timestamps, exemplars, blanks at
   *   the end of a line or numbers that only the slow road reads
   */
  take(body: Uint8Array, seriesEnds: Int32Array, count: number): BodyTemplate | undefined {
    const lengths = new Uint32Array(count + 1)
    const literals = new Uint8Array(body.length)
    let bytes = 0
    let from = 0
    for (let i = 0; i < count; i++) {
      let start = seriesEnds[i]!
      while (body[start] === SPACE || body[start] === TAB) start++
      literals.set(body.subarray(from, start), bytes)
      lengths[i] = start - from
      bytes += start - from
      from = body.indexOf(LF, start) + 1
      if (from === 0) return undefined
    }
    literals.set(body.subarray(from), bytes)
    lengths[count] = body.length - from
    bytes += body.length - from
    const template = this.#intern(lengths, literals.subarray(0, bytes))
    if (template === undefined) return undefined
    template.users++
    if (this.values(template, body) !== undefined) return template
    this.release(template)
    return undefined
  }

  /**
   * The numbers of a body that differs from the template in nothing else, undefined when it does.
   * @returns in the order of the body; valid until the next call
   */
  values(template: BodyTemplate, body: Uint8Array): Float64Array | undefined {
    // Templates come from `take`.
    const { sampleCount, at, literalsAt } = template as Template
    this.#reserve(body.length + 1, sampleCount)
    const { memory } = this.#kernel
    const bodyAt = this.#bodyAt
    memory.u8.set(body, bodyAt)
    const end = bodyAt + body.length
    memory.u8[end] = LF
    const valuesAt = this.#valuesAt
    const powers = this.#powers
    const matched = this.#kernel.scan(bodyAt, end, literalsAt, at, sampleCount, powers, valuesAt)
    if (matched <= sampleCount) return undefined
    return memory.f64.subarray(valuesAt / 8, valuesAt / 8 + sampleCount)
  }

  /** A body of the template: zero for each number. */
  skeleton(template: BodyTemplate): Uint8Array {
    const { sampleCount, at, literalsAt, literalBytes } = template as Template
    const { u32, u8 } = this.#kernel.memory
    const body = new Uint8Array(literalBytes + 2 * sampleCount)
    let from = literalsAt
    let to = 0
    for (let i = 0; i <= sampleCount; i++) {
      const length = u32[at / 4 + i]!
      body.set(u8.subarray(from, from + length), to)
      from += length
      to += length
      if (i === sampleCount) break
      body[to++] = ZERO
      body[to++] = LF
    }
    return body
  }

  release(template: BodyTemplate): void {
    const own = template as Template
    if (--own.users > 0) return
    const left = this.#byHash.get(own.hash)!.filter((one) => one !== own)
    if (left.length > 0) this.#byHash.set(own.hash, left)
    else this.#byHash.delete(own.hash)
    this.#bytes -= own.literalBytes
    this.#kernel.memory.free(own.at)
  }

  #intern(lengths: Uint32Array, literals: Uint8Array): Template | undefined {
    const hash = hashOf(literals)
    const same = this.#byHash.get(hash) ?? []
    const known = same.find((one) => this.#isEqual(one, lengths, literals))
    if (known !== undefined) return known
    if (this.#bytes + literals.length > TEMPLATE_BYTES_MAX) return undefined
    const { memory } = this.#kernel
    const at = memory.allocate(lengths.byteLength + literals.length)
    memory.u32.set(lengths, at / 4)
    memory.u8.set(literals, at + lengths.byteLength)
    const template = new Template(lengths.length - 1, hash, at, literals.length)
    this.#byHash.set(hash, [...same, template])
    this.#bytes += literals.length
    return template
  }

  #isEqual(one: Template, lengths: Uint32Array, literals: Uint8Array): boolean {
    if (one.sampleCount + 1 !== lengths.length || one.literalBytes !== literals.length) return false
    const { u32, u8 } = this.#kernel.memory
    for (let i = 0; i < lengths.length; i++) if (u32[one.at / 4 + i] !== lengths[i]) return false
    const from = one.literalsAt
    for (let i = 0; i < literals.length; i++) if (u8[from + i] !== literals[i]) return false
    return true
  }

  #reserve(bodyBytes: number, valueCount: number): void {
    const { memory } = this.#kernel
    if (this.#powers === 0) this.#powers = powersOfFive(memory)
    if (bodyBytes > this.#bodyBytes) {
      if (this.#bodyBytes >= 0) memory.free(this.#bodyAt)
      this.#bodyBytes = Math.max(16_384, bodyBytes * 1.25)
      this.#bodyAt = memory.allocate(this.#bodyBytes)
    }
    if (valueCount > this.#valueCount) {
      if (this.#valueCount >= 0) memory.free(this.#valuesAt)
      this.#valueCount = Math.max(1_024, Math.ceil(valueCount * 1.25))
      this.#valuesAt = memory.allocate(this.#valueCount * 8)
    }
  }
}

const ZERO = 0x30

/** FNV-1a. Made once for each change of a body's structure. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash >>> 0
}
