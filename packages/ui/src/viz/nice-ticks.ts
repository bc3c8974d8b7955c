/** Round numbers from `min` to `max` or a little beyond, about as many as wanted; at least two. */
export function niceTicks(min: number, max: number, wanted: number): number[] {
  const least = (max - min) / Math.max(1, Math.floor(wanted))
  if (!(least > 0) || least === Infinity) return [min, max]
  const power = 10 ** Math.floor(Math.log10(least))
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= least * 0.999)! * power
  const ticks: number[] = []
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.ceil(max / step - 1e-9)
  for (let i = first; i <= last; i++) ticks.push(Number((i * step).toPrecision(12)))
  return ticks.length < 2 ? [min, max] : ticks
}
