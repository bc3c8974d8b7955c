// Selection in two steps and without postings: first each group's own labels give a verdict for every
// matcher, then the columns of each distinct layout are tested once for each combination of verdicts. A selector
// lives on from query to query: what it knows of a layout holds for good, because layouts only grow.

import { METRIC_NAME, type Labels, type Matcher } from '@pharos/model'
import { SELECTOR_VERDICTS, SELECTORS_KEPT } from '../limits.ts'
import type { Layout } from './layout.ts'
import type { Shape } from './shape.ts'

interface Found {
  /** Of so many columns of the layout. */
  readonly testedCount: number
  readonly columns: Int32Array
}

const NO_COLUMNS = new Int32Array(0)

export class Selector {
  readonly #matchers: readonly Matcher[]
  /** Verdict of each matcher on each value it met: a regex runs once for a distinct value. */
  readonly #verdicts: readonly Map<string, boolean>[]
  /** Weak: a layout that nobody uses any more is not kept for its columns. */
  readonly #columns = new WeakMap<Layout, Map<string, Found>>()
  readonly #masks = new WeakMap<Labels, string>()
  readonly #metricName: string | undefined

  constructor(matchers: readonly Matcher[]) {
    this.#matchers = matchers
    this.#verdicts = matchers.map(() => new Map())
    this.#metricName = matchers.find(
      (one) => one.type === '=' && one.name === METRIC_NAME && one.value !== '',
    )?.value
  }

  /** The matchers' verdicts on the group's own labels, one character each. */
  groupMask(groupKey: Labels): string {
    const known = this.#masks.get(groupKey)
    if (known !== undefined) return known
    let mask = ''
    for (let m = 0; m < this.#matchers.length; m++) {
      mask += this.#accepts(m, groupKey.get(this.#matchers[m]!.name)) ? '1' : '0'
    }
    this.#masks.set(groupKey, mask)
    return mask
  }

  /**
   * Columns of a layout whose series satisfy all matchers in a group with this mask, ascending. The same array as
   * before as long as the layout has not grown.
   */
  columns(layout: Layout, mask: string): Int32Array {
    let byMask = this.#columns.get(layout)
    if (byMask === undefined) this.#columns.set(layout, (byMask = new Map()))
    const known = byMask.get(mask)
    const { length } = layout.shapes
    if (known?.testedCount === length) return known.columns
    const columns = this.#select(layout, mask, known)
    byMask.set(mask, { testedCount: length, columns })
    return columns
  }

  #select(layout: Layout, mask: string, known: Found | undefined): Int32Array {
    const tests: number[] = []
    for (let m = 0; m < this.#matchers.length; m++) {
      if (layout.touches(this.#matchers[m]!.name)) tests.push(m)
      else if (mask[m] === '0') return NO_COLUMNS
    }
    const from = known?.testedCount ?? 0
    const found = known === undefined ? [] : [...known.columns]
    const test = (column: number): void => {
      const shape = layout.shapes[column]
      if (column >= from && shape !== undefined && this.#shapeMatches(shape, mask, tests))
        found.push(column)
    }
    if (this.#metricName !== undefined) layout.columnsNamed(this.#metricName).forEach(test)
    else for (let column = from; column < layout.shapes.length; column++) test(column)
    return known !== undefined && found.length === known.columns.length
      ? known.columns
      : Int32Array.from(found)
  }

  #shapeMatches(shape: Shape, mask: string, tests: readonly number[]): boolean {
    for (const m of tests) {
      const name = this.#matchers[m]!.name
      const own = shape.own.get(name)
      if (own !== '') {
        if (!this.#accepts(m, own)) return false
      } else if (shape.removed.includes(name)) {
        if (!this.#accepts(m, '')) return false
      } else if (mask[m] === '0') {
        return false
      }
    }
    return true
  }

  #accepts(m: number, value: string): boolean {
    const verdicts = this.#verdicts[m]!
    let verdict = verdicts.get(value)
    if (verdict === undefined) {
      verdict = this.#matchers[m]!.matches(value)
      if (verdicts.size >= SELECTOR_VERDICTS) verdicts.clear()
      verdicts.set(value, verdict)
    }
    return verdict
  }
}

/** The selectors of the latest queries; dashboards and rules ask with the same matchers over and over. */
export class SelectorCache {
  readonly #selectors = new Map<string, Selector>()

  selector(matchers: readonly Matcher[]): Selector {
    // With lengths, so that no value can look like two matchers.
    let key = ''
    for (const { name, type, value } of matchers)
      key += `${name.length} ${value.length} ${name}${type}${value}`
    let selector = this.#selectors.get(key)
    if (selector === undefined) selector = new Selector(matchers)
    else this.#selectors.delete(key)
    this.#selectors.set(key, selector)
    if (this.#selectors.size > SELECTORS_KEPT) {
      for (const [oldest] of this.#selectors) {
        this.#selectors.delete(oldest)
        break
      }
    }
    return selector
  }
}
