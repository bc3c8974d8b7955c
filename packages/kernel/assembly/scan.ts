// A text body against the template of the last one. Twin: ../src/twin/scan.ts.

import { parseNumber } from './number'

function equals(a: usize, b: usize, length: usize): bool {
  let difference = i8x16.splat(0)
  let k: usize = 0
  for (; k + 16 <= length; k += 16) {
    difference = v128.or(difference, v128.xor(v128.load(a + k), v128.load(b + k)))
  }
  if (k < length && length >= 16) {
    k = length - 16
    difference = v128.or(difference, v128.xor(v128.load(a + k), v128.load(b + k)))
  } else {
    for (; k < length; k++) if (load<u8>(a + k) != load<u8>(b + k)) return false
  }
  return !v128.any_true(difference)
}

/**
 * Matches a body with its template: literal, number, line feed, literal, number, line feed, … and one last literal.
 * @param end       of the body; the byte there must not be a digit
 * @param literals  one behind the other
 * @param lengths   u32[n + 1]
 * @param out       f64[n]
 * @returns how many literals matched: n + 1 when all of the body did
 */
export function scan(
  body: usize,
  end: usize,
  literals: usize,
  lengths: usize,
  n: i32,
  powers: usize,
  out: usize,
): i32 {
  let p = body
  let literal = literals
  for (let i = 0; i < n; i++) {
    const length = <usize>load<u32>(lengths + ((<usize>i) << 2))
    if (p + length >= end || !equals(p, literal, length)) return i
    const after = parseNumber(p + length, powers, out + ((<usize>i) << 3))
    if (after == 0 || after >= end || load<u8>(after) != 10) return i
    p = after + 1
    literal += length
  }
  const length = <usize>load<u32>(lengths + ((<usize>n) << 2))
  return p + length == end && equals(p, literal, length) ? n + 1 : n
}
