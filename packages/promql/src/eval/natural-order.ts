import { compareText } from '@pharos/model'

/**
 * Order in which runs of digits compare as numbers: `cpu2` before `cpu10`. Of equal numbers the one with
 * fewer leading zeros comes first.
 * @returns negative, 0 or positive
 */
export function naturalOrder(a: string, b: string): number {
  const x = chunks(a)
  const y = chunks(b)
  for (let i = 0; i < x.length && i < y.length; i++) {
    const p = x[i]!
    const q = y[i]!
    if (p === q) continue
    if (isDigits(p) && isDigits(q)) {
      const byValue = compareNumbers(p, q)
      return byValue === 0 ? p.length - q.length : byValue
    }
    return compareText(p, q)
  }
  return x.length - y.length
}

/** Runs of digits and of everything else. */
function chunks(text: string): string[] {
  return text.match(/\d+|\D+/g) ?? []
}

function isDigits(text: string): boolean {
  const code = text.charCodeAt(0)
  return code >= 48 && code <= 57
}

function compareNumbers(a: string, b: string): number {
  const x = a.replace(/^0+/, '')
  const y = b.replace(/^0+/, '')
  return x.length === y.length ? compareText(x, y) : x.length - y.length
}
