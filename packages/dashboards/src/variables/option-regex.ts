// What a variable's regex makes of the values that were found.
import { MAX_SUBJECT_LENGTH } from '../limits.ts'
import { searchPattern } from '../pattern.ts'
import type { VariableOption } from './variable.ts'

/** Matches of one text. Looks like RegExp's, so that either engine fits. */
type Find = (
  text: string,
) => Iterable<{ groups: readonly (string | undefined)[]; named: ReadonlyMap<string, string> }>

/**
 * Texts that match, cut to what the groups say: `(?<text>…)` and `(?<value>…)` by name, else the first group.
 * Each once, in order.
 *
 * @param regex  `/pattern/flags` or a pattern alone; '' lets all pass
 */
export function filterByRegex(texts: readonly string[], regex: string): VariableOption[] {
  const options =
    regex === '' ? texts.map((text) => ({ text, value: text })) : matched(texts, regex)
  const seen = new Set<string>()
  return options.filter(({ value }) => !seen.has(value) && seen.add(value))
}

function matched(texts: readonly string[], regex: string): VariableOption[] {
  const find = finderOf(regex)
  if (find === undefined) return []
  const options: VariableOption[] = []
  for (const text of texts) {
    if (text.length > MAX_SUBJECT_LENGTH) continue
    const found = [...find(text)]
    if (found.length === 0) continue
    const named = (name: string): string | undefined =>
      found.map((one) => one.named.get(name)).find((value) => value !== undefined)
    const value = named('value')
    const shown = named('text')
    if (value !== undefined || shown !== undefined) {
      options.push({ text: shown ?? value!, value: value ?? shown! })
      continue
    }
    const groups = found[0]!.groups
    if (groups.length < 2) options.push({ text, value: text })
    // With groups every match gives one; an empty group gives none.
    for (const one of groups.length < 2 ? [] : found) {
      const group = one.groups[1]
      if (group !== undefined && group !== '') options.push({ text: group, value: group })
    }
  }
  return options
}

function finderOf(regex: string): Find | undefined {
  const slashed = /^\/(.*)\/([a-z]*)$/s.exec(regex)
  const flags = new Set(slashed?.[2] ?? '')
  const pattern = searchPattern(slashed?.[1] ?? regex, flags)
  if (pattern === undefined) return undefined
  return function* find(text) {
    for (const match of text.matchAll(pattern)) {
      yield { groups: [...match], named: new Map(Object.entries(match.groups ?? {})) }
      if (!flags.has('g')) return
    }
  }
}
