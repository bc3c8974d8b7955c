import type { NativeHistogram } from '@pharos/model'
import type { Pos } from '../ast.ts'
import type { EvalContext } from './context.ts'

/** Sums or averages of histograms, one place a step. */
export class HistogramFold {
  readonly #values: (NativeHistogram | undefined)[]
  constructor(_context: EvalContext, _op: 'sum' | 'avg', _pos: Pos, stepCount: number) {
    this.#values = Array.from({ length: stepCount })
  }
  has(s: number): boolean {
    return this.#values[s] !== undefined
  }
  add(s: number, h: NativeHistogram, _metric: string, _floatCount: number): void {
    this.#values[s] = h
  }
  result(s: number): NativeHistogram | undefined {
    return this.#values[s]
  }
}
