// Labels, matchers, names and numbers against the reference's vectors (../shared/conformance/labels).
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  areValidLabels,
  escapeName,
  formatDecimal,
  formatDuration,
  formatExponent,
  formatOpenMetricsValue,
  formatSeconds,
  formatShortest,
  formatSignificant,
  formatValue,
  goQuote,
  goUnquote,
  isValidLabelName,
  isValidMetricName,
  Labels,
  Matcher,
  METRIC_NAME,
  parseInteger,
  parseSignedDuration,
  parseDuration,
  parseValue,
  Regex,
  sanitizeFullLabelName,
  sanitizeLabelName,
  signature,
  signatureOf,
  unescapeName,
  type MatchType,
  type NameScheme,
} from '../../packages/model/src/index.ts'

const folder = fileURLToPath(new URL('../../../shared/conformance/labels/', import.meta.url))
const isMissing = !existsSync(folder)

type Case = Record<string, unknown>
type Verdict = 'pass' | { readonly skip: string }

const RAW_BYTES =
  'raw bytes that are no UTF-8: a JavaScript string cannot hold them, they are refused on the way in'

/** Runs every case of a file; a case that throws fails the test with its content. */
function vectors(
  file: string,
  wanted: { pass: number; skip: number },
  run: (one: Case, all: { values?: unknown[] }) => Verdict,
): void {
  const all = JSON.parse(readFileSync(`${folder}${file}.json`, 'utf8')) as {
    cases: Case[]
    values?: unknown[]
  }
  const skipped: string[] = []
  let passed = 0
  for (const one of all.cases) {
    let verdict: Verdict
    try {
      verdict = run(one, all)
    } catch (error) {
      throw new Error(`${file} ${JSON.stringify(one).slice(0, 600)}: ${String(error)}`, {
        cause: error,
      })
    }
    if (verdict === 'pass') passed++
    else skipped.push(`${file}: ${JSON.stringify(one).slice(0, 160)}: ${verdict.skip}`)
  }
  if (skipped.length > 0) console.log(`skipped:\n  ${skipped.join('\n  ')}`)
  expect({ pass: passed, skip: skipped.length }).toEqual(wanted)
}

const isRaw = (value: unknown): boolean => typeof value === 'object' && value !== null
const labelsOf = (object: unknown): Labels => Labels.from(object as Record<string, string>)

test.skipIf(isMissing)('duration: 29 of 29 cases', () => {
  vectors('duration', { pass: 29, skip: 0 }, ({ input, ms, printed, error, negative }) => {
    const text = input as string
    if (error === true) {
      expect(() => parseSignedDuration(text)).toThrow(
        expect.objectContaining({ code: 'model/duration' }),
      )
      return 'pass'
    }
    expect(parseSignedDuration(text)).toBe(ms)
    if (negative === true) expect(() => parseDuration(text)).toThrow()
    else expect(parseDuration(text)).toBe(ms)
    expect(formatDuration(ms as number)).toBe(printed)
    return 'pass'
  })
})

test.skipIf(isMissing)('float-format: 305 of 305 cases', () => {
  vectors('float-format', { pass: 305, skip: 0 }, (one) => {
    const number = Buffer.from(one['bits'] as string, 'hex').readDoubleBE(0)
    expect(formatValue(number)).toBe(one['api_json'])
    expect(formatDecimal(number)).toBe(one['f'])
    expect(formatExponent(number)).toBe(one['e'])
    expect(formatShortest(number)).toBe(one['g'])
    expect(formatSignificant(number, 4)).toBe(one['g4'])
    expect(formatOpenMetricsValue(number)).toBe(one['openmetrics'])
    expect(formatShortest(number)).toBe(one['v'])
    return 'pass'
  })
})

test.skipIf(isMissing)('labels-compare: 10 of 10 cases', () => {
  vectors('labels-compare', { pass: 10, skip: 0 }, ({ a, b, sign }) => {
    expect(Math.sign(Labels.compare(labelsOf(a), labelsOf(b)))).toBe(sign)
    expect(Math.sign(Labels.compare(labelsOf(b), labelsOf(a)))).toBe(-(sign as number) + 0)
    return 'pass'
  })
})

test.skipIf(isMissing)('labels-match-on: 4 of 4 cases', () => {
  vectors('labels-match-on', { pass: 4, skip: 0 }, ({ labels, names, on, expected }) => {
    const given = labelsOf(labels)
    const all = names as string[]
    const rest = on === true ? given.only(all) : given.without([...all, METRIC_NAME])
    expect(rest.flat).toEqual(labelsOf(expected).flat)
    return 'pass'
  })
})

test.skipIf(isMissing)('labels-string: 6 of 6 cases', () => {
  vectors('labels-string', { pass: 6, skip: 0 }, ({ labels, expected }) => {
    expect(String(labelsOf(labels))).toBe(expected)
    return 'pass'
  })
})

test.skipIf(isMissing)('labels-valid: 11 of 14 cases', () => {
  vectors('labels-valid', { pass: 11, skip: 3 }, ({ labels, scheme, valid }) => {
    const object = labels as Record<string, unknown>
    if (Object.values(object).some(isRaw) || Object.hasOwn(object, '[object Object]'))
      return { skip: RAW_BYTES }
    expect(areValidLabels(labelsOf(object), scheme as NameScheme)).toBe(valid)
    return 'pass'
  })
})

test.skipIf(isMissing)('matcher-match: 13 of 13 cases', () => {
  vectors('matcher-match', { pass: 13, skip: 0 }, ({ matcher, value, match }) => {
    const { type, value: wanted } = matcher as { type: MatchType; value: string }
    expect(new Matcher(type, 'name', wanted).matches(value as string)).toBe(match)
    return 'pass'
  })
})

test.skipIf(isMissing)('metric-to-string: 4 of 4 cases', () => {
  vectors('metric-to-string', { pass: 4, skip: 0 }, ({ input, expected }) => {
    expect(labelsOf(input).toMetric()).toBe(expected)
    return 'pass'
  })
})

test.skipIf(isMissing)('name-escaping: 18 of 18 cases', () => {
  vectors('name-escaping', { pass: 18, skip: 0 }, (one) => {
    const text = (key: string): string => (one[key] as string | undefined) ?? ''
    if (one['kind'] === 'unescape') {
      expect(unescapeName(text('input'), 'values')).toBe(text('expected'))
      return 'pass'
    }
    const input = text('input')
    expect(escapeName(input, 'underscores')).toBe(text('expectedUnderscores'))
    expect(escapeName(input, 'dots')).toBe(text('expectedDots'))
    expect(unescapeName(escapeName(input, 'dots'), 'dots')).toBe(text('expectedUnescapedDots'))
    expect(escapeName(input, 'values')).toBe(text('expectedValue'))
    expect(unescapeName(escapeName(input, 'values'), 'values')).toBe(input)
    return 'pass'
  })
})

test.skipIf(isMissing)('name-validity: 20 of 22 cases', () => {
  vectors('name-validity', { pass: 20, skip: 2 }, ({ kind, mn, ln, legacyValid, utf8Valid }) => {
    const name = kind === 'metric' ? mn : ln
    if (isRaw(name)) return { skip: RAW_BYTES }
    const isValid = kind === 'metric' ? isValidMetricName : isValidLabelName
    expect(isValid(name as string, 'legacy')).toBe(legacyValid)
    expect(isValid(name as string, 'utf8')).toBe(utf8Valid)
    return 'pass'
  })
})

test.skipIf(isMissing)('number-parse: 70 of 70 cases', () => {
  vectors('number-parse', { pass: 70, skip: 0 }, (one) => {
    const text = one['text'] as string
    const wanted = one['parse_float'] as string | undefined
    expect(parseValue(text)).toBe(wanted === undefined ? undefined : numberOf(wanted))
    const whole = one['parse_int_base0'] as string | undefined
    const parsed = parseInteger(text)
    expect(parsed === undefined ? undefined : parsed + 0).toBe(
      whole === undefined ? undefined : Number(whole),
    )
    return 'pass'
  })
})

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity
  return text === '-Inf' ? -Infinity : Number(text)
}

test.skipIf(isMissing)('quote: 24 of 26 cases', () => {
  vectors('quote', { pass: 24, skip: 2 }, ({ value, quoted }) => {
    if (isRaw(value)) return { skip: RAW_BYTES }
    expect(goQuote(value as string)).toBe(quoted)
    expect(goUnquote(quoted as string)).toBe(value)
    return 'pass'
  })
})

test.skipIf(isMissing)('regex-expand: 25 of 25 cases', () => {
  vectors('regex-expand', { pass: 25, skip: 0 }, ({ re, value, template, result }) => {
    const regex = Regex.anchored(re as string)
    const groups = regex.match(value as string)
    expect(groups).toBeDefined()
    expect(regex.expand(template as string, groups!)).toBe(result)
    return 'pass'
  })
})

test.skipIf(isMissing)('regex: 201 of 203 cases', () => {
  vectors('regex', { pass: 201, skip: 2 }, ({ re, m, error }, { values = [] }) => {
    if (isRaw(re)) return { skip: RAW_BYTES }
    const source = re as string
    if (source === '(?<x>a)b') {
      // The vectors come from Go 1.19; the reference 3.14 is built with a Go that accepts this group.
      expect(Regex.anchored(source).matches('ab')).toBe(true)
      return { skip: 'an error in Go 1.19, accepted since Go 1.22 and so by the reference 3.14' }
    }
    if (error === true) {
      expect(() => Regex.anchored(source)).toThrow(expect.objectContaining({ code: 'model/regex' }))
      return 'pass'
    }
    const matcher = new Matcher('=~', 'x', source)
    const verdicts = m as string
    values.forEach((value, i) => {
      // Six of the 119 values are raw bytes, see RAW_BYTES.
      if (isRaw(value)) return
      expect(matcher.matches(value as string), `${source} on ${JSON.stringify(value)}`).toBe(
        verdicts[i] === '1',
      )
    })
    return 'pass'
  })
})

test.skipIf(isMissing)('remote-read-label-validity: 6 of 9 cases', () => {
  vectors('remote-read-label-validity', { pass: 6, skip: 3 }, ({ input, expectedErr }) => {
    const pairs = input as { Name: unknown; Value: unknown }[]
    if (pairs.some(({ Name, Value }) => isRaw(Name) || isRaw(Value))) return { skip: RAW_BYTES }
    // The rules are the remote room's to apply; what they rest on is here.
    const names = pairs.map(({ Name }) => Name as string)
    const badName = names.find((name) => !isValidLabelName(name))
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    const message =
      badName !== undefined
        ? `invalid label name: ${badName}`
        : twice !== undefined
          ? `duplicate label with name: ${twice}`
          : ''
    expect(message).toBe(expectedErr)
    return 'pass'
  })
})

test.skipIf(isMissing)('sanitize-and-links: 25 of 31 cases', () => {
  vectors('sanitize-and-links', { pass: 25, skip: 6 }, ({ kind, input, expected }) => {
    if (kind === 'graph_link')
      return { skip: 'links belong to the rooms that make them (rules, api)' }
    const sanitize = kind === 'sanitize' ? sanitizeLabelName : sanitizeFullLabelName
    expect(sanitize(input as string)).toBe(expected)
    return 'pass'
  })
})

test.skipIf(isMissing)('signatures: 14 of 14 cases', () => {
  vectors('signatures', { pass: 14, skip: 0 }, (one) => {
    const labels = labelsOf(one['in'])
    const names = one['labels']
    const result =
      one['kind'] === 'labels'
        ? signature(labels)
        : one['kind'] === 'for_labels'
          ? signatureOf(labels, (names as string[] | null) ?? [])
          : signature(labels.without(Object.keys((names as object | null) ?? {})))
    expect(String(result)).toBe(one['out'])
    return 'pass'
  })
})

test.skipIf(isMissing)('time-json: 7 of 7 cases', () => {
  vectors('time-json', { pass: 7, skip: 0 }, ({ ms, json }) => {
    expect(formatSeconds(ms as number)).toBe(json)
    return 'pass'
  })
})
