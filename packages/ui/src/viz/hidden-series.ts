// Which series of a chart are hidden, by their place.

/** Only this one; all again when it was the only one already. */
export function isolated(
  hidden: ReadonlySet<number>,
  at: number,
  count: number,
): ReadonlySet<number> {
  const isAlone = !hidden.has(at) && hidden.size === count - 1
  if (isAlone) return new Set()
  return new Set(Array.from({ length: count }, (_, index) => index).filter((index) => index !== at))
}

export function toggled(hidden: ReadonlySet<number>, at: number): ReadonlySet<number> {
  const next = new Set(hidden)
  if (!next.delete(at)) next.add(at)
  return next
}
