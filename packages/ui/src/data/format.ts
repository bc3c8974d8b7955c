// Numbers for people: short forms with a unit for axes, legends and tiles.

/** What a number of a graph means. `ratio` is 0 to 1 and shown as per cent. */
export type Unit = 'plain' | 'bytes' | 'bytesPerSecond' | 'perSecond' | 'ratio' | 'seconds'

const DECIMAL = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const
const BINARY = [
  [2 ** 50, ' PiB'],
  [2 ** 40, ' TiB'],
  [2 ** 30, ' GiB'],
  [2 ** 20, ' MiB'],
  [2 ** 10, ' KiB'],
] as const
const SECONDS = [
  [86400, ' d'],
  [3600, ' h'],
  [60, ' min'],
  [1, ' s'],
  [1e-3, ' ms'],
  [1e-6, ' µs'],
  [1e-9, ' ns'],
] as const

interface Scale {
  readonly divisor: number
  readonly suffix: string
}

/** The scale in which a number of this size is read most easily. */
function scaleOf(unit: Unit, size: number): Scale {
  if (unit === 'ratio') return { divisor: 0.01, suffix: '%' }
  const table =
    unit === 'bytes' || unit === 'bytesPerSecond' ? BINARY : unit === 'seconds' ? SECONDS : DECIMAL
  const per = unit === 'bytesPerSecond' || unit === 'perSecond' ? '/s' : ''
  const none = unit === 'bytes' || unit === 'bytesPerSecond' ? ' B' : unit === 'seconds' ? ' s' : ''
  if (size === 0) return { divisor: 1, suffix: none + per }
  for (const [divisor, suffix] of table)
    if (size >= divisor * 0.99995) return { divisor, suffix: suffix + per }
  if (unit === 'seconds') return { divisor: 1e-9, suffix: ' ns' }
  return { divisor: 1, suffix: none + per }
}

/** Three or four significant digits with the unit: `1.23k`, `4.5 GiB`, `37.2%`, `120 ms`. */
export function formatValue(value: number, unit: Unit = 'plain'): string {
  if (value !== value) return '–'
  if (value === Infinity) return '+∞'
  if (value === -Infinity) return '−∞'
  const { divisor, suffix } = scaleOf(unit, Math.abs(value))
  if (unit === 'ratio' && Math.abs(value) < 0.1) return Number((value * 100).toFixed(2)) + suffix
  return significant(value / divisor) + suffix
}

function significant(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 1e-4) return value.toExponential(2)
  if (size >= 1e4) return String(Math.round(value))
  const digits = size >= 1000 ? 4 : 3
  return String(Number(value.toPrecision(digits)))
}

/** Labels for the ticks of one axis: the same scale and the same number of decimals for all. */
export function formatTicks(ticks: readonly number[], unit: Unit = 'plain'): string[] {
  let size = 0
  for (const tick of ticks) size = Math.max(size, Math.abs(tick))
  const { divisor, suffix } = scaleOf(unit, size)
  let gap = Infinity
  for (let i = 1; i < ticks.length; i++) gap = Math.min(gap, Math.abs(ticks[i]! - ticks[i - 1]!))
  if (gap === Infinity || gap === 0) return ticks.map((tick) => formatValue(tick, unit))
  const scaledGap = gap / divisor
  if (scaledGap < 1e-6) return ticks.map((tick) => (tick === 0 ? '0' : tick.toExponential(1)))
  const decimals = decimalsFor(scaledGap)
  return ticks.map((tick) => {
    const text = (tick / divisor).toFixed(decimals)
    return Number(text) === 0 ? formatValue(0, unit) : text + suffix
  })
}

function decimalsFor(gap: number): number {
  for (let decimals = 0; decimals < 7; decimals++) {
    const scaled = gap * 10 ** decimals
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals
  }
  return 3
}

/** Whole numbers with thousands separators. */
export function formatCount(value: number, locale: string): string {
  return value === value ? new Intl.NumberFormat(locale).format(value) : '–'
}

/** How long ago, in one unit: `2.3 s`, `45 s`, `12 min`, `3 h`, `5 d`. */
export function formatAge(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}
