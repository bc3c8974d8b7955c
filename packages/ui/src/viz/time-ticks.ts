const STEPS_SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
]
const SPACE_PX = 80

/** Round times for an axis so many pixels wide. @returns ms, and the seconds between two of them */
export function timeTicks(
  startMs: number,
  endMs: number,
  widthPx: number,
): { ticks: number[]; stepSeconds: number } {
  const wanted = Math.max(1, Math.floor(widthPx / SPACE_PX))
  const leastMs = (endMs - startMs) / wanted
  const stepSeconds = STEPS_SECONDS.find((step) => step * 1000 >= leastMs) ?? STEPS_SECONDS.at(-1)!
  const stepMs = stepSeconds * 1000
  // Days begin where the browser's days do.
  const shiftMs = stepSeconds >= 7200 ? new Date(startMs).getTimezoneOffset() * 60_000 : 0
  const ticks: number[] = []
  for (
    let at = Math.ceil((startMs - shiftMs) / stepMs) * stepMs + shiftMs;
    at <= endMs;
    at += stepMs
  ) {
    ticks.push(at)
    if (ticks.length > 100) break
  }
  return { ticks, stepSeconds }
}
