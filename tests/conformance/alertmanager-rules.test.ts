// Inhibition, filters of silences and cut texts against the reference's own cases.
import { existsSync, readFileSync } from 'node:fs'
import {
  fingerprintOf,
  hasMatchers,
  Inhibitor,
  type StoredAlert,
  truncatedBytes,
  truncatedText,
} from '@pharos/alertmanager'
import { AlertMatcher, Labels, matchesAlert, type MatchType } from '@pharos/model'
import { expect, test } from 'vitest'

const directory = new URL('../../../shared/conformance/alertmanager/', import.meta.url)
const isMissing = !existsSync(directory)

function casesOf<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(name, directory), 'utf8')
  return (JSON.parse(text) as { readonly cases: readonly T[] }).cases
}

const NOW_MS = 1_760_000_000_000
const HOUR_MS = 3_600_000

type Pairs = Readonly<Record<string, string>>

function alert(labels: Pairs, startsInMs = -1, endsInMs = HOUR_MS): StoredAlert {
  const set = Labels.from(labels)
  return {
    labels: set,
    annotations: Labels.EMPTY,
    startsAtMs: NOW_MS + startsInMs,
    endsAtMs: NOW_MS + endsInMs,
    updatedAtMs: NOW_MS,
    isTimeout: false,
    generatorUrl: '',
    fingerprint: fingerprintOf(set),
  }
}

interface RuleJson {
  readonly source_match?: Pairs
  readonly target_match?: Pairs
  readonly equal?: readonly string[]
}

function equalTo(pairs: Pairs = {}): AlertMatcher[] {
  return Object.entries(pairs).map(([name, value]) => new AlertMatcher('=', name, value))
}

function ruleOf(rule: RuleJson) {
  return {
    name: '',
    sourceMatchers: equalTo(rule.source_match),
    targetMatchers: equalTo(rule.target_match),
    equal: rule.equal ?? [],
  }
}

interface InhibitionCase {
  readonly kind: string
  readonly name?: string
  readonly sources?: readonly {
    readonly labels: Pairs
    readonly starts_in_ms?: number
    readonly ends_in_ms?: number
  }[]
  readonly equal?: readonly string[]
  readonly target: Pairs
  readonly result?: boolean
  readonly rules?: readonly RuleJson[]
  readonly active_sources?: readonly Pairs[]
  readonly muted?: boolean
}

test.skipIf(isMissing)(
  'alerts are kept quiet in the reference’s cases of rules and sources',
  () => {
    let seen = 0
    for (const one of casesOf<InhibitionCase>('inhibition.json')) {
      if (one.kind === 'has_equal') {
        const sources = (one.sources ?? []).map(({ labels, starts_in_ms, ends_in_ms }) =>
          alert(labels, starts_in_ms, ends_in_ms),
        )
        // The rules of these cases have no matchers; a label says who is a source, so that nobody is both.
        const rule = ruleOf({ equal: one.equal ?? [], source_match: { is_source: 'yes' } })
        const asSources = sources.map((source) =>
          alert(
            { ...source.labels.toObject(), is_source: 'yes' },
            source.startsAtMs - NOW_MS,
            source.endsAtMs - NOW_MS,
          ),
        )
        const mutedBy = new Inhibitor([rule], asSources).mutedBy(Labels.from(one.target), NOW_MS)
        expect(mutedBy.length > 0, one.name).toBe(one.result)
      } else if (one.kind === 'matches') {
        const inhibitor = new Inhibitor(
          (one.rules ?? []).map(ruleOf),
          (one.active_sources ?? []).map((labels) => alert(labels)),
        )
        const mutedBy = inhibitor.mutedBy(Labels.from(one.target), NOW_MS)
        expect(mutedBy.length > 0, JSON.stringify(one.target)).toBe(one.muted)
      } else continue
      seen++
    }
    expect(seen).toBeGreaterThanOrEqual(12)
  },
)

test.skipIf(isMissing)('filters find alerts and silences as the reference’s API does', () => {
  interface LabelCase {
    readonly expected: boolean
    readonly matcher: MatchType
    readonly name: string
    readonly val: string
  }
  const labels = Labels.from({ foo: 'bar' })
  const byLabel = casesOf<LabelCase>('api-filter-labels.json')
  for (const { expected, matcher, name, val } of byLabel)
    expect(matchesAlert([new AlertMatcher(matcher, name, val)], labels), name + val).toBe(expected)
  interface SilenceCase {
    readonly expected: boolean
    readonly filterMatchers: readonly (readonly [string, string, MatchType])[]
    readonly silenceMatchers: readonly (readonly [string, string, string])[]
  }
  const types: Readonly<Record<string, MatchType>> = {
    'silencepb.Matcher_EQUAL': '=',
    'silencepb.Matcher_NOT_EQUAL': '!=',
    'silencepb.Matcher_REGEXP': '=~',
    'silencepb.Matcher_NOT_REGEXP': '!~',
  }
  const bySilence = casesOf<SilenceCase>('api-silence-filter.json')
  for (const { expected, filterMatchers, silenceMatchers } of bySilence) {
    const silence = {
      id: '',
      matcherSets: [silenceMatchers.map(([n, v, t]) => new AlertMatcher(types[t]!, n, v))],
      startsAtMs: 0,
      endsAtMs: 0,
      updatedAtMs: 0,
      createdBy: '',
      comment: '',
      annotations: Labels.EMPTY,
    }
    const wanted = filterMatchers.map(([n, v, t]) => new AlertMatcher(t, n, v))
    expect(hasMatchers(silence, wanted), JSON.stringify(filterMatchers)).toBe(expected)
  }
  expect([byLabel.length, bySilence.length]).toEqual([16, 13])
})

test.skipIf(isMissing)('texts are cut where the reference cuts them', () => {
  interface Case {
    readonly in: string
    readonly n: number
    readonly runes: { readonly out: string }
    readonly bytes: { readonly out: string }
  }
  const cases = casesOf<Case>('truncate.json')
  for (const one of cases) {
    expect(truncatedText(one.in, one.n), one.in).toBe(one.runes.out)
    expect(truncatedBytes(one.in, one.n), one.in).toBe(one.bytes.out)
  }
  expect(cases.length).toBe(9)
})
