// The NaNs with a meaning. Inside the engine all of them are quiet, because V8 changes signalling NaNs in
// plain number arrays and arithmetic while quiet payloads survive every path. They are told apart by the
// low word; never compare them with ===. Reading one value's low word goes through a scratch array; loops
// over columns should take a Uint32Array view on the same buffer and look at index 2·i.
//
//                                inside               outside (remote write, blocks of the reference)
//   NaN as a value               0x7ff8000000000001   same
//   stale marker                 0x7ff8000000000002   0x7ff0000000000002
//   absent (no sample here)      0x7ff8000000000003   never shown

const scratch = new Float64Array(1)
const words = new Uint32Array(scratch.buffer)

function quietNan(low: number): number {
  words[0] = low
  words[1] = 0x7ff80000
  return scratch[0]!
}

/** The reference's normal NaN. */
export const NORMAL_NAN: number = quietNan(1)
/** Marks the end of a series. */
export const STALE: number = quietNan(2)
/** No sample in this row. */
export const ABSENT: number = quietNan(3)

export const STALE_LOW_WORD = 2
export const ABSENT_LOW_WORD = 3

/** Low 32 bits of a double's pattern. */
export function lowWord(value: number): number {
  scratch[0] = value
  return words[0]!
}

export function isStale(value: number): boolean {
  return value !== value && lowWord(value) === STALE_LOW_WORD
}

export function isAbsent(value: number): boolean {
  return value !== value && lowWord(value) === ABSENT_LOW_WORD
}

/** True for a value that a query sees: neither stale nor absent. */
export function isSample(value: number): boolean {
  if (value === value) return true
  const low = lowWord(value)
  return low !== STALE_LOW_WORD && low !== ABSENT_LOW_WORD
}
