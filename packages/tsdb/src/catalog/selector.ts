// Selection in two steps and without postings: first each group's own labels give a verdict for every
// matcher, then the columns of each distinct layout are tested once for each combination of verdicts.

import { METRIC_NAME, type Labels, type Matcher } from '@pharos/model'
import type { Layout } from './layout.ts'
import type { Shape } from './shape.ts'

export class Selector {
  readonly #matchers: readonly Matcher[]
  /** Verdict of each matcher on each value it met: a regex runs once for a distinct value. */
  readonly #verdicts: readonly Map<string, boolean>[]
  readonly #columns = new Map<Layout, Map<string, Int32Array>>()
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
    let mask = ''
    for (let m = 0; m < this.#matchers.length; m++) {
      mask += this.#accepts(m, groupKey.get(this.#matchers[m]!.name)) ? '1' : '0'
    }
    return mask
  }

  /** Columns of a layout whose series satisfy all matchers in a group with this mask, ascending. */
  columns(layout: Layout, mask: string): Int32Array {
    let byMask = this.#columns.get(layout)
    if (byMask === undefined) this.#columns.set(layout, (byMask = new Map()))
    let columns = byMask.get(mask)
    if (columns === undefined) byMask.set(mask, (columns = this.#select(layout, mask)))
    return columns
  }

  #select(layout: Layout, mask: string): Int32Array {
    const found: number[] = []
    const test = (column: number): void => {
      const shape = layout.shapes[column]
      if (shape !== undefined && this.#shapeMatches(shape, mask)) found.push(column)
    }
    if (this.#metricName !== undefined) layout.columnsNamed(this.#metricName).forEach(test)
    else for (let column = 0; column < layout.shapes.length; column++) test(column)
    return Int32Array.from(found)
  }

  #shapeMatches(shape: Shape, mask: string): boolean {
    for (let m = 0; m < this.#matchers.length; m++) {
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
      verdicts.set(value, verdict)
    }
    return verdict
  }
}
