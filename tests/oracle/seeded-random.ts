/** Numbers in [0, 1) that repeat with the seed; `SEED=…` sets it. */
export function seededRandom(): { readonly seed: number; readonly random: () => number } {
  const seed = Number(process.env['SEED'] ?? 20_261_129)
  let state = seed >>> 0
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { seed, random }
}
