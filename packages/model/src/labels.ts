// A label set: sorted pairs, immutable, compared by content. Names and values are kept in one flat array
// `[name0, value0, name1, value1, …]`, sorted by name in code-point order as the reference sorts bytes.

import { isValidLabelName, isValidMetricName } from './names.ts'
import { goQuote } from './quote.ts'

export const METRIC_NAME = '__name__'

/** Order of UTF-8 bytes, which is the order of code points (UTF-16's own order differs above U+D7FF). */
export function compareText(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    let x = a.charCodeAt(i)
    let y = b.charCodeAt(i)
    if (x === y) continue
    // Surrogates sort after every other code unit, because what they encode lies above U+FFFF.
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000
    }
    return x - y
  }
  return a.length - b.length
}

export class Labels {
  static readonly EMPTY: Labels = new Labels([])

  /** `[name, value, name, value, …]` sorted by name, no empty value, no name twice. Do not change. */
  readonly flat: readonly string[]
  #key: string | undefined

  /** Takes over `flat`, which the caller has sorted; use `Labels.of` or `LabelsBuilder` for anything else. */
  constructor(flat: readonly string[]) {
    this.flat = flat
  }

  /** From pairs in any order. A pair with an empty value is left out; of equal names the last wins. */
  static of(pairs: Iterable<readonly [string, string]>): Labels {
    const builder = new LabelsBuilder()
    for (const [name, value] of pairs) builder.set(name, value)
    return builder.labels()
  }

  /** From an object's own keys, as tests write them. */
  static from(object: Readonly<Record<string, string>>): Labels {
    return Labels.of(Object.entries(object))
  }

  get size(): number {
    return this.flat.length / 2
  }

  /** The value of a label, '' when it is not there. */
  get(name: string): string {
    const flat = this.flat
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) return flat[i + 1]!
    return ''
  }

  has(name: string): boolean {
    const flat = this.flat
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === name) return true
    return false
  }

  /** A string equal for equal label sets and different for different ones. Made once, then kept. */
  get key(): string {
    return (this.#key ??= keyOf(this.flat))
  }

  equals(other: Labels): boolean {
    const a = this.flat
    const b = other.flat
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
    return true
  }

  /** Order of the reference's labels.Compare: pair by pair, the shorter set first. */
  static compare(a: Labels, b: Labels): number {
    const n = Math.min(a.flat.length, b.flat.length)
    for (let i = 0; i < n; i++) {
      const x = a.flat[i]!
      const y = b.flat[i]!
      // Most of two label sets of one metric are the same texts.
      if (x !== y) return compareText(x, y)
    }
    return a.flat.length - b.flat.length
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let i = 0; i < this.flat.length; i += 2) yield [this.flat[i]!, this.flat[i + 1]!]
  }

  /** Without the metric name. */
  withoutName(): Labels {
    // The name sorts before all labels in lower case, so it is nearly always the first.
    if (this.flat[0] === METRIC_NAME) return new Labels(this.flat.slice(2))
    return this.has(METRIC_NAME) ? this.without([METRIC_NAME]) : this
  }

  without(names: readonly string[]): Labels {
    const flat: string[] = []
    for (let i = 0; i < this.flat.length; i += 2) {
      if (!names.includes(this.flat[i]!)) flat.push(this.flat[i]!, this.flat[i + 1]!)
    }
    return new Labels(flat)
  }

  /** Only the named ones. */
  only(names: readonly string[]): Labels {
    const flat: string[] = []
    for (let i = 0; i < this.flat.length; i += 2) {
      if (names.includes(this.flat[i]!)) flat.push(this.flat[i]!, this.flat[i + 1]!)
    }
    return new Labels(flat)
  }

  /** `{a="1", "b.c"="2"}`, the metric name as one of them. @source prometheus labels.Labels.String */
  toString(): string {
    return `{${printedPairs(this.flat)}}`
  }

  /** `up{job="x"}`, as series are written in exposition and messages. @source model.Metric.String */
  toMetric(): string {
    const name = this.get(METRIC_NAME)
    if (name === '') return this.toString()
    const rest = this.withoutName()
    if (!isValidMetricName(name, 'legacy')) {
      return `{${[goQuote(name), ...(rest.size === 0 ? [] : [printedPairs(rest.flat)])].join(', ')}}`
    }
    return rest.size === 0 ? name : name + rest.toString()
  }

  /** A plain object without prototype, as JSON answers want it: `__proto__` is a legal label. */
  toObject(): Record<string, string> {
    const object = Object.create(null) as Record<string, string>
    for (let i = 0; i < this.flat.length; i += 2) object[this.flat[i]!] = this.flat[i + 1]!
    return object
  }
}

/**
 * Texts joined by NUL, which labels hardly ever contain; the rare set that does (or has an empty name, which
 * is not legal but may pass by) gets the longer form with lengths, told apart by its leading NUL.
 */
function keyOf(flat: readonly string[]): string {
  for (let i = 0; i < flat.length; i++) {
    if (flat[i]!.includes('\0') || flat[0] === '') {
      return `\0${flat.map((text) => `${text.length}:${text}`).join('')}`
    }
  }
  return flat.join('\0')
}

function printedPairs(flat: readonly string[]): string {
  const pairs: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!
    pairs.push(
      `${isValidLabelName(name, 'legacy') ? name : goQuote(name)}=${goQuote(flat[i + 1]!)}`,
    )
  }
  return pairs.join(', ')
}

/** Collects labels in any order; `labels()` gives the sorted set. */
export class LabelsBuilder {
  readonly #values = new Map<string, string>()

  constructor(base: Labels = Labels.EMPTY) {
    const flat = base.flat
    for (let i = 0; i < flat.length; i += 2) this.#values.set(flat[i]!, flat[i + 1]!)
  }

  get(name: string): string {
    return this.#values.get(name) ?? ''
  }

  /** An empty value removes the label, as in the reference. */
  set(name: string, value: string): this {
    if (value === '') this.#values.delete(name)
    else this.#values.set(name, value)
    return this
  }

  delete(name: string): this {
    this.#values.delete(name)
    return this
  }

  names(): string[] {
    return [...this.#values.keys()]
  }

  labels(): Labels {
    const names = [...this.#values.keys()].sort(compareText)
    const flat: string[] = []
    for (const name of names) flat.push(name, this.#values.get(name)!)
    return new Labels(flat)
  }
}
