// CSS colours as numbers, for gradients and shades.

type Rgb = readonly [number, number, number]

/** Undefined for what is neither `#rgb`, `#rrggbb` nor `rgb(…)`. */
function toRgb(color: string): Rgb | undefined {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(color)
  if (short !== null) {
    const [r, g, b] = short.slice(1).map((digit) => Number.parseInt(digit + digit, 16))
    return [r!, g!, b!]
  }
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color)
  if (long !== null) {
    const [r, g, b] = long.slice(1).map((digits) => Number.parseInt(digits, 16))
    return [r!, g!, b!]
  }
  const rgb = /^rgba?\(\s*([\d.]+)[ ,]+([\d.]+)[ ,]+([\d.]+)/.exec(color)
  return rgb === null ? undefined : [Number(rgb[1]), Number(rgb[2]), Number(rgb[3])]
}

function fromRgb([r, g, b]: Rgb): string {
  const hex = (value: number): string =>
    Math.round(Math.min(255, Math.max(0, value)))
      .toString(16)
      .padStart(2, '0')
  return `#${hex(r)}${hex(g)}${hex(b)}`
}

/**
 * The colour at `share` of a scale: a uniform B-spline through the stops, so that no stop shows as an edge.
 *
 * @param share  0 to 1; beyond is the end
 */
export function interpolatedColor(stops: readonly string[], share: number): string {
  const colors = stops.map(toRgb)
  if (colors.some((one) => one === undefined)) return stops[Math.round(share * (stops.length - 1))]!
  const known = colors as Rgb[]
  const last = known.length - 1
  const place = Math.min(1, Math.max(0, share)) * last
  const i = Math.min(last - 1, Math.floor(place))
  const channel = (c: 0 | 1 | 2): number => {
    const [b, a] = [known[i]![c], known[i + 1]![c]]
    const before = i > 0 ? known[i - 1]![c] : 2 * b - a
    const after = i < last - 1 ? known[i + 2]![c] : 2 * a - b
    return spline(place - i, before, b, a, after)
  }
  return fromRgb([channel(0), channel(1), channel(2)])
}

function spline(t: number, v0: number, v1: number, v2: number, v3: number): number {
  const [t2, t3] = [t * t, t * t * t]
  return (
    ((1 - 3 * t + 3 * t2 - t3) * v0 +
      (4 - 6 * t2 + 3 * t3) * v1 +
      (1 + 3 * t + 3 * t2 - 3 * t3) * v2 +
      t3 * v3) /
    6
  )
}

/** Towards white for positive steps, towards black for negative; a step is a twelfth of the way. */
export function lightened(color: string, steps: number): string {
  const rgb = toRgb(color)
  if (rgb === undefined || steps === 0) return color
  const share = Math.min(0.9, Math.abs(steps) / 12)
  const target = steps > 0 ? 255 : 0
  const [r, g, b] = rgb.map((value) => value + (target - value) * share)
  return fromRgb([r!, g!, b!])
}
