import type { ValueFormat } from '../field-config/display-value.ts'
import { fixedText } from './fixed-text.ts'

/**
 * Numbers scaled to the step that leaves 1 to `factor` of them.
 *
 * @param suffixes  one per step, ascending
 * @param base      the step that an unscaled number stands at
 */
export function scaledFormat(factor: number, suffixes: readonly string[], base = 0): ValueFormat {
  return (value, decimals) => {
    if (!Number.isFinite(value)) return { text: notFinite(value) }
    const steps = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)) / Math.log10(factor))
    const last = suffixes.length - 1
    const scaled = value / factor ** Math.min(last - base, Math.max(-base, steps))
    return {
      text: fixedText(scaled, decimals),
      suffix: suffixes[Math.min(last, Math.max(0, base + steps))]!,
    }
  }
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value < 0 ? '-∞' : '∞'
}
