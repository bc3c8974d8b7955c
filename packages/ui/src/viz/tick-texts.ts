import type { Field } from '@pharos/dashboards'

const DECIMALS_MAX = 6

/**
 * Labels of an axis: all with as many decimals as the one that needs most, so that they read as a column and no two are
 * alike. Decimals that a person chose stay.
 */
export function tickTexts(field: Field, splits: readonly number[]): string[] {
  const shownWith = (decimals: number | undefined) =>
    splits.map((split) => {
      const shown = field.display?.(split, decimals)
      const text = shown?.text ?? String(split)
      return {
        number: Number(text),
        label: `${shown?.prefix ?? ''}${text}${shown?.suffix ?? ''}`,
      }
    })
  const plain = shownWith(undefined)
  const labelsOf = (shown: typeof plain) => shown.map(({ label }) => label)
  const areDistinct = (shown: typeof plain) => new Set(labelsOf(shown)).size === shown.length
  const exact = shownWith(DECIMALS_MAX)
  // Dates and mapped texts are no numbers to compare.
  const areNumbers = exact.every(({ number }) => !Number.isNaN(number))
  if (field.config.decimals !== undefined || !areNumbers) return labelsOf(plain)
  for (let decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
    const shown = shownWith(decimals)
    const isTrue = shown.every(
      ({ number }, index) => Math.abs(number - exact[index]!.number) <= Math.abs(number) * 1e-9,
    )
    if (isTrue && areDistinct(shown)) return labelsOf(shown)
  }
  return labelsOf(plain)
}
