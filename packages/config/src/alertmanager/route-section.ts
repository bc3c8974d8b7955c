// The routing tree and the rules of inhibition.
import {
  AlertMatcher,
  compareAlertMatchers,
  isValidLabelName,
  type NameScheme,
  parseAlertMatchers,
} from '@pharos/model'
import { z } from 'zod'
import { always, duration, flag, leaf, openFlag, text } from '../codec.ts'
import type { Codec } from '../codec.ts'
import { list, mapOf, pointer, section } from '../section.ts'
import type { Refuse, Section } from '../section.ts'
import { textPairs } from './receiver-codecs.ts'
import type { TextPairs } from './receiver-fields.ts'

export interface RouteFields {
  receiver: string
  /** Undefined inherits; `...` is by all labels. */
  group_by: readonly string[] | undefined
  match: TextPairs
  match_re: TextPairs
  matchers: readonly (readonly AlertMatcher[])[]
  mute_time_intervals: readonly string[]
  active_time_intervals: readonly string[]
  continue: boolean
  routes: readonly RouteFields[]
  group_wait: number | undefined
  group_interval: number | undefined
  repeat_interval: number | undefined
  labels: TextPairs
  /** Ours: tell when a silence on alerts of this route begins, ends or is about to end. */
  silence_notices: boolean | undefined
}

/** Matchers of one line of `matchers`. */
function matcherLine(): Codec<readonly AlertMatcher[]> {
  return leaf<readonly AlertMatcher[]>({
    wants: 'matchers like alertname="Down"',
    absent: [],
    zero: [],
    decode: (s) => parseAlertMatchers(s.text),
    show: (matchers) => matchers.join(','),
  })
}

/** Regexes by label name, checked; the text stays as written. */
function regexPairs(): Codec<TextPairs> {
  const pattern = leaf({
    wants: 'a regular expression',
    absent: '',
    zero: '',
    decode(s) {
      // The model refuses what RE2 does not compile.
      return new AlertMatcher('=~', 'x', s.text).value
    },
    show: (v) => v,
  })
  return mapOf(pattern, (name, refuse) => {
    if (!isValidLabelName(name, 'legacy')) refuse(`invalid label name ${JSON.stringify(name)}`)
  })
}

function equalPairs(): Codec<TextPairs> {
  return mapOf(text(), (name, refuse) => {
    if (!isValidLabelName(name, 'legacy')) refuse(`invalid label name ${JSON.stringify(name)}`)
  })
}

/** A codec that is made when it is first used, so that a section can hold itself. */
function lazy<T>(codec: () => Codec<T>): Codec<T> {
  return {
    schema: z.lazy(() => codec().schema),
    show: (value) => codec().show(value),
    isZero: (value) => codec().isZero(value),
    inDirectory: (value, directory) => codec().inDirectory(value, directory),
    omitZero: true,
  }
}

const openDuration = (): Codec<number | undefined> => pointer(duration())

/** What the reference refuses in one route, apart from its place in the tree. */
function checkRoute(value: Partial<RouteFields>, refuse: Refuse): void {
  const names = value.group_by ?? []
  const seen = new Set<string>()
  if (names.includes('...') && names.length > 1)
    refuse('cannot have wildcard group_by (`...`) and other labels at the same time', 'group_by')
  names.forEach((name, i) => {
    if (name !== undefined && seen.has(name))
      refuse(`duplicated label ${JSON.stringify(name)} in group_by`, 'group_by', i)
    seen.add(name)
  })
  if (value.group_interval === 0) refuse('group_interval cannot be zero', 'group_interval')
  if (value.repeat_interval === 0) refuse('repeat_interval cannot be zero', 'repeat_interval')
}

/** Names of labels in a route: any text, or classic ones with the feature `classic-mode`. */
export function checkRouteNames(
  route: Partial<RouteFields>,
  scheme: NameScheme,
  refuse: Refuse,
): void {
  route.group_by?.forEach((name, i) => {
    if (name !== undefined && name !== '...' && !isValidLabelName(name, scheme))
      refuse(`invalid label name ${JSON.stringify(name)} in group_by list`, 'group_by', i)
  })
  for (const [name] of route.labels ?? [])
    if (!isValidLabelName(name, scheme))
      refuse(`invalid label name ${JSON.stringify(name)} in route labels`, 'labels', name)
}

export const routeSection: Section<RouteFields> = section<RouteFields>(
  {
    receiver: text(),
    group_by: pointer(list(text())),
    match: equalPairs(),
    match_re: regexPairs(),
    matchers: list(matcherLine()),
    mute_time_intervals: list(text()),
    active_time_intervals: list(text()),
    continue: always(flag()),
    routes: list(lazy<RouteFields>(() => routeSection)),
    group_wait: openDuration(),
    group_interval: openDuration(),
    repeat_interval: openDuration(),
    labels: textPairs(),
    silence_notices: openFlag(),
  },
  { check: checkRoute },
)

export interface InhibitRuleFields {
  name: string
  source_match: TextPairs
  source_match_re: TextPairs
  source_matchers: readonly (readonly AlertMatcher[])[]
  target_match: TextPairs
  target_match_re: TextPairs
  target_matchers: readonly (readonly AlertMatcher[])[]
  equal: readonly string[]
}

export const inhibitRuleSection: Section<InhibitRuleFields> = section<InhibitRuleFields>(
  {
    name: text(),
    source_match: equalPairs(),
    source_match_re: regexPairs(),
    source_matchers: list(matcherLine()),
    target_match: equalPairs(),
    target_match_re: regexPairs(),
    target_matchers: list(matcherLine()),
    equal: list(text()),
  },
  {
    check(value, refuse) {
      value.equal?.forEach((name, i) => {
        if (name !== undefined && !isValidLabelName(name))
          refuse(`invalid label name ${JSON.stringify(name)} in equal list`, 'equal', i)
      })
    },
  },
)

/** All conditions of a section in the reference's order. @throws UserError never: they were checked */
export function allMatchers(
  equal: TextPairs,
  regex: TextPairs,
  lines: readonly (readonly AlertMatcher[])[],
): readonly AlertMatcher[] {
  return [
    ...equal.map(([name, value]) => new AlertMatcher('=', name, value)),
    // Keys of groups show the anchors that the reference's YAML puts around these.
    ...regex.map(([name, value]) => new AlertMatcher('=~', name, `^(?:${value})$`)),
    ...lines.flat(),
  ].sort(compareAlertMatchers)
}
