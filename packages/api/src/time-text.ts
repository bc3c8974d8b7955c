/** ms as seconds; a fraction has three digits: `1.010`. At most 22 characters. */
export function timeText(timeMs: number): string {
  const ms = Math.abs(timeMs)
  const rest = ms % 1000
  const whole = `${timeMs < 0 ? '-' : ''}${(ms - rest) / 1000}`
  return rest === 0 ? whole : `${whole}.${String(rest).padStart(3, '0')}`
}
