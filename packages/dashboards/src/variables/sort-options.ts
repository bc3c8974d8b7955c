import type { VariableOption } from './variable.ts'

/**
 * Options in the order of `sort`: 1, 2 alphabetical up, down; 3, 4 by the first number in them; 5, 6 alphabetical
 * without regard to case; 7, 8 with numbers in them counted. 0 leaves them.
 */
export function sortOptions(options: readonly VariableOption[], sort: number): VariableOption[] {
  const compare = comparisonOf(Math.ceil(sort / 2))
  if (compare === undefined) return [...options]
  const sorted = [...options].sort(compare)
  return sort % 2 === 0 ? sorted.reverse() : sorted
}

type Compare = (a: VariableOption, b: VariableOption) => number

function comparisonOf(kind: number): Compare | undefined {
  switch (kind) {
    case 1:
      return (a, b) => (a.text < b.text ? -1 : Number(a.text > b.text))
    case 2:
      return (a, b) => firstNumber(a.text) - firstNumber(b.text)
    case 3:
      return (a, b) => {
        const [left, right] = [a.text.toLowerCase(), b.text.toLowerCase()]
        return left < right ? -1 : Number(left > right)
      }
    case 4: {
      const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'accent' })
      return (a, b) => compare(a.text, b.text)
    }
    default:
      return undefined
  }
}

function firstNumber(text: string): number {
  const digits = /\d+/.exec(text)
  return digits === null ? -1 : Number(digits[0])
}
