// Arcs for gauges and pies. Angles in degrees, clockwise, 0 is up.

function pointAt(radius: number, degrees: number): string {
  const radians = (degrees * Math.PI) / 180
  return `${(radius * Math.sin(radians)).toFixed(2)} ${(-radius * Math.cos(radians)).toFixed(2)}`
}

/** A ring's part around the origin as an SVG path; a full circle is drawn as two halves. */
export function arcPath(inner: number, outer: number, from: number, to: number): string {
  const span = to - from
  if (span <= 0) return ''
  if (span >= 360) return arcPath(inner, outer, 0, 180) + arcPath(inner, outer, 180, 359.99)
  const isLarge = span > 180 ? 1 : 0
  const outerArc = `M${pointAt(outer, from)}A${outer} ${outer} 0 ${isLarge} 1 ${pointAt(outer, to)}`
  if (inner <= 0) return `${outerArc}L0 0Z`
  return `${outerArc}L${pointAt(inner, to)}A${inner} ${inner} 0 ${isLarge} 0 ${pointAt(inner, from)}Z`
}
