import type { NativeHistogram } from '@pharos/model'
import type { Pos } from '../ast.ts'
import type { EvalContext } from './context.ts'

export function nativeQuantile(
  _context: EvalContext,
  _q: number,
  h: NativeHistogram,
  _metric: string,
  _pos: Pos,
): number {
  return h.sum
}

export function nativeFraction(
  _context: EvalContext,
  _lower: number,
  _upper: number,
  h: NativeHistogram,
  _metric: string,
  _pos: Pos,
): number {
  return h.sum
}
