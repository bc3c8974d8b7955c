/** Starts measuring; the function that is returned reports the seconds since then and returns them. */
export function startTimer<More>(
  report: (seconds: number, more: More | undefined) => void,
): (more?: More) => number {
  const start = performance.now()
  return (more) => {
    const seconds = (performance.now() - start) / 1000
    report(seconds, more)
    return seconds
  }
}
