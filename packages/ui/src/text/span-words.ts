import type { TextKey, Translate } from './dictionary.ts'

const UNITS: Readonly<Record<string, TextKey>> = {
  s: 'span.s',
  m: 'span.m',
  h: 'span.h',
  d: 'span.d',
  w: 'span.w',
  M: 'span.M',
  y: 'span.y',
}

/**
 * @param span  as in an address: `15m`
 * @returns what follows "Last": `15 minutes`, `hour`; a span of several units as it is
 */
export function spanWords(t: Translate, span: string): string {
  const [, count, unit = ''] = /^(\d+)([smhdwMy])$/.exec(span) ?? []
  return count === undefined ? span : t(UNITS[unit]!, { count: Number(count) })
}
