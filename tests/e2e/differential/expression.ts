// Random expressions of the right types, over the names and labels of the data set, in the language of 2.42.
//
// Windows of subqueries were closed on the left and are open now, so no step of a subquery may lie on one: at the
// top evaluation times end in .137; inside a subquery, where they are multiples of 15 s, ranges of further
// subqueries are 7 s longer than a multiple of that.

import { BOUNDS, END_MS, INSTANCES, START_MS } from './data-set.ts'
import type { Seeded } from './seeded.ts'

interface Family {
  readonly name: string
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly isCounter: boolean
}

const SITE = { instance: INSTANCES, job: ['api', 'web'] }
const WORKERS = { worker: ['w0', 'w1', 'w2', 'w3'], job: ['batch'] }
const HANDLERS = { handler: ['/', '/api/v1'] }

function family(name: string, labels: Family['labels'], isCounter = false): Family {
  return { name, labels, isCounter }
}

const FAMILIES: readonly Family[] = [
  family('requests_total', { ...SITE, method: ['get', 'post'], code: ['200', '404', '500'] }, true),
  family('steps_total', { ...WORKERS, phase: ['load', 'run', 'save'] }, true),
  family('latency_seconds_bucket', { ...SITE, ...HANDLERS, le: BOUNDS }, true),
  family('latency_seconds_count', { ...SITE, ...HANDLERS }, true),
  family('latency_seconds_sum', { ...SITE, ...HANDLERS }, true),
  family('temperature', { ...SITE, ...WORKERS, room: ['hall', 'attic', 'cellar'], floor: ['1'] }),
  family('memory_bytes', { ...SITE, kind: ['free', 'used', 'cached'] }),
  family('queue_depth', { ...SITE, ...WORKERS, queue: ['slow "a" \\ b', 'größer.x'] }),
  family('ratio', { ...SITE, ...WORKERS, part: ['one'] }),
  family('limit_bytes', SITE),
  family('up', SITE),
  family('build_info', { ...SITE, version: ['1.9', '1.10'] }),
  family('flapping', { ...WORKERS, n: ['0', '1', '2', '3', '7'] }),
  family('single', WORKERS),
]
const LABEL_NAMES = [
  'instance',
  'job',
  'method',
  'code',
  'room',
  'kind',
  'le',
  'handler',
  'worker',
  'n',
]

const RANGES = ['45s', '1m', '2m', '5m', '10m', '17m30s', '30m']
const STEPS = ['15s', '30s', '1m', '90s', '2m']
const OFFSETS = ['15s', '1m', '4m', '5m15s', '20m', '-1m', '-10m']
const NUMBERS = [
  '0',
  '1',
  '2',
  '-1',
  '0.5',
  '-0.25',
  '3',
  '10',
  '100',
  '1e3',
  '1e9',
  '0x1f',
  '7.125',
  'Inf',
  '-Inf',
  'NaN',
  '.3',
]

const RANGE_FUNCTIONS = [
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'sum_over_time',
  'count_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'last_over_time',
  'present_over_time',
  'absent_over_time',
  'changes',
  'resets',
  'deriv',
  'delta',
  'idelta',
] as const
const COUNTER_FUNCTIONS = ['rate', 'increase', 'irate', 'rate', 'resets', 'delta'] as const
const POINT_FUNCTIONS =
  'abs ceil floor sqrt exp ln log2 log10 sgn deg rad sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh'.split(
    ' ',
  )
const DATE_FUNCTIONS =
  'day_of_month day_of_week day_of_year days_in_month hour minute month year'.split(' ')
const AGGREGATIONS = ['sum', 'sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar']
const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2']
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=']
const SETS = ['and', 'or', 'unless']

interface Place {
  readonly depth: number
  /** Evaluation times are those of a subquery. */
  readonly inSubquery: boolean
}

/** One expression, most often an instant vector. */
export function expression(random: Seeded): string {
  return new Generator(random).query()
}

class Generator {
  readonly #random: Seeded

  constructor(random: Seeded) {
    this.#random = random
  }

  query(): string {
    const random = this.#random
    const place = { depth: 1 + random.below(4), inSubquery: false }
    if (random.chance(0.05)) return this.#scalar(place)
    if (random.chance(0.02)) return this.#matrix(place, random.pick(FAMILIES))
    if (random.chance(0.03)) return this.#broken(place)
    return this.#vector(place)
  }

  /** Wrong in type or in syntax, most of the time. */
  #broken(place: Place): string {
    const random = this.#random
    const vector = this.#vector(place)
    return random.pick([
      () => `rate(${vector})`,
      () => `abs(${this.#matrix(place, random.pick(FAMILIES))})`,
      () => `${vector} and 1`,
      () => `1 == 2`,
      () => `sum(${vector}, 1)`,
      () => `topk(${vector})`,
      () => `${vector} offset 5m offset 1m`,
      () => vector.slice(0, random.below(vector.length)),
      () => vector.replace(/[a-z]+\(/, 'no_such_function('),
      () => `${vector})`,
      () => `label_replace(${vector}, "a b", "$1", "job", "(.*)")`,
      () => `count_values("no label", ${vector})`,
      () => `label_join(${vector}, "x", "-", "a b")`,
      () => `{job=~".*"}`,
      () => `up{job=~"("}`,
      () => `${vector} + on(job) group_left group_right ${vector}`,
    ])()
  }

  #vector(place: Place): string {
    const random = this.#random
    if (place.depth <= 0) return this.#selector(random.pick(FAMILIES))
    const inner = { ...place, depth: place.depth - 1 }
    const choice = random.below(100)
    if (choice < 26) return this.#rangeCall(inner)
    if (choice < 46) return this.#aggregation(inner)
    if (choice < 72) return this.#binary(inner)
    if (choice < 90) return this.#call(inner)
    if (choice < 93) return `-${this.#vector(inner)}`
    if (choice < 96) return `(${this.#vector(inner)})`
    if (choice < 97) return `vector(${this.#scalar(inner)})`
    return this.#selector(random.pick(FAMILIES))
  }

  #scalar(place: Place): string {
    const random = this.#random
    const inner = { ...place, depth: place.depth - 1 }
    const choice = place.depth <= 0 ? random.below(60) : random.below(100)
    if (choice < 50) return random.pick(NUMBERS)
    if (choice < 57) return 'time()'
    if (choice < 60) return 'pi()'
    if (choice < 80) return `scalar(${this.#vector(inner)})`
    const op = random.pick(ARITHMETIC)
    if (choice < 95) return `(${this.#scalar(inner)} ${op} ${this.#scalar(inner)})`
    return `(${this.#scalar(inner)} ${random.pick(COMPARISONS)} bool ${this.#scalar(inner)})`
  }

  // --- selectors

  #selector(one: Family): string {
    return this.#bare(one) + this.#modifiers()
  }

  #bare(one: Family): string {
    const random = this.#random
    const matchers = random
      .some(Object.keys(one.labels), random.pick([0, 0, 0, 1, 1, 2]))
      .map((label) => this.#matcher(label, one.labels[label]!))
    if (random.chance(0.03)) {
      // A gauge is never taken for a counter: near zero extrapolation has other rules since 2.51.
      const others = FAMILIES.filter(({ isCounter }) => isCounter === one.isCounter)
      const names = [one.name, random.pick(others).name].join('|')
      return `{${[`__name__=~"${names}"`, ...matchers].join(',')}}`
    }
    if (random.chance(0.02)) return `{${[`__name__="${one.name}"`, ...matchers].join(',')}}`
    return matchers.length === 0 ? one.name : `${one.name}{${matchers.join(',')}}`
  }

  #matcher(label: string, values: readonly string[]): string {
    const random = this.#random
    const value = random.pick(values)
    const plain = JSON.stringify(value)
    return random.pick([
      () => `${label}=${plain}`,
      () => `${label}!=${plain}`,
      () => `${label}=~${JSON.stringify(`${escaped(value)}|${escaped(random.pick(values))}`)}`,
      () => `${label}=~${JSON.stringify(`${escaped(value.slice(0, 1))}.*`)}`,
      () => `${label}!~${JSON.stringify(`.*${escaped(value.slice(-1))}`)}`,
      () => `${label}=~".+"`,
      () => `${label}=""`,
      () => `${label}!~"x?|zz"`,
      () => `${label}=~"(?i:${escaped(value).replaceAll(/["\\]/g, '.')}).{0,3}"`,
    ])()
  }

  #modifiers(): string {
    const random = this.#random
    const offset = random.chance(0.12) ? ` offset ${random.pick(OFFSETS)}` : ''
    const at = random.chance(0.07) ? ` @ ${this.#at()}` : ''
    return random.chance(0.5) ? offset + at : at + offset
  }

  #at(): string {
    const random = this.#random
    if (random.chance(0.4)) return random.pick(['start()', 'end()'])
    const second = Math.floor(START_MS / 1000) + random.below((END_MS - START_MS) / 1000)
    return `${second}.137`
  }

  #matrix(place: Place, one: Family): string {
    const random = this.#random
    if (place.depth <= 0 || random.chance(0.75))
      return `${this.#bare(one)}[${random.pick(RANGES)}]${this.#modifiers()}`
    return this.#subquery(place, this.#bare(one))
  }

  #subquery(place: Place, simple: string): string {
    const random = this.#random
    const inner = { depth: place.depth - 1, inSubquery: true }
    const expr = random.chance(0.3) ? simple : `(${this.#vector(inner)})`
    const seconds = 15 * (4 + random.below(60)) + (place.inSubquery ? 7 : 0)
    const step = random.chance(0.15) ? '' : random.pick(STEPS)
    return `${expr}[${seconds}s:${step}]${this.#modifiers()}`
  }

  // --- calls

  #rangeCall(place: Place): string {
    const random = this.#random
    const one = random.pick(FAMILIES)
    const range = this.#matrix(place, one)
    const isSubquery = range.includes(':') && /\[\d+s:/.test(range)
    if (one.isCounter && !isSubquery && random.chance(0.7))
      return `${random.pick(COUNTER_FUNCTIONS)}(${range})`
    const choice = random.below(20)
    if (choice === 0) return `quantile_over_time(${this.#fraction()}, ${range})`
    if (choice === 1) return `predict_linear(${range}, ${random.pick(['60', '3600', '-300', '0'])})`
    if (choice === 2) {
      const [smoothing, trend] = [
        random.pick(['0.5', '0.1', '0.9']),
        random.pick(['0.3', '0.8', '2']),
      ]
      return `double_exponential_smoothing(${range}, ${smoothing}, ${trend})`
    }
    return `${random.pick(RANGE_FUNCTIONS)}(${range})`
  }

  #fraction(): string {
    return this.#random.pick(['0', '0.1', '0.25', '0.5', '0.9', '0.99', '1', '-0.5', '1.5', 'NaN'])
  }

  #call(place: Place): string {
    const random = this.#random
    const choice = random.below(100)
    if (choice < 30) return `${random.pick(POINT_FUNCTIONS)}(${this.#vector(place)})`
    if (choice < 38) return `${random.pick(DATE_FUNCTIONS)}(${this.#dateArgument(place)})`
    if (choice < 46) return `timestamp(${this.#vector(place)})`
    if (choice < 52) return this.#round(place)
    if (choice < 62) return this.#clamp(place)
    if (choice < 70) return this.#labelCall(place)
    if (choice < 78) return `${random.pick(['sort', 'sort_desc'])}(${this.#vector(place)})`
    if (choice < 82) return `absent(${this.#vector(place)})`
    return this.#quantileOfBuckets(place)
  }

  #dateArgument(place: Place): string {
    const random = this.#random
    if (random.chance(0.2)) return ''
    return random.chance(0.5) ? `timestamp(${this.#vector(place)})` : this.#vector(place)
  }

  #round(place: Place): string {
    const random = this.#random
    const nearest = random.chance(0.5) ? '' : `, ${random.pick(['0.5', '10', '0.1', '-2', '0'])}`
    return `round(${this.#vector(place)}${nearest})`
  }

  #clamp(place: Place): string {
    const random = this.#random
    const scalar = { ...place, depth: 0 }
    const vector = this.#vector(place)
    if (random.chance(0.5))
      return `clamp_${random.pick(['min', 'max'])}(${vector}, ${this.#scalar(scalar)})`
    return `clamp(${vector}, ${this.#scalar(scalar)}, ${this.#scalar(scalar)})`
  }

  #labelCall(place: Place): string {
    const random = this.#random
    const vector = this.#vector(place)
    const label = random.pick(LABEL_NAMES)
    const target = random.pick(['fresh', label, 'job', '__name__'])
    if (random.chance(0.4))
      return `label_join(${vector}, "${target}", "-", "${label}", "${random.pick(LABEL_NAMES)}")`
    const [pattern, replacement] = random.pick([
      ['(.*)', '$1'],
      ['(.).*', '${1}x'],
      ['(?P<first>[a-z]+)[:/]?(.*)', '$first-$2'],
      ['', 'was empty'],
      ['none', 'x'],
      ['(.*)', ''],
    ] as const)
    return `label_replace(${vector}, "${target}", "${replacement}", "${label}", "${pattern}")`
  }

  #quantileOfBuckets(place: Place): string {
    const random = this.#random
    const buckets = `latency_seconds_bucket${random.chance(0.3) ? '{job="api"}' : ''}`
    const quantile = random.chance(0.9) ? this.#fraction() : this.#scalar({ ...place, depth: 0 })
    const source = random.pick([
      () => buckets,
      () => `rate(${buckets}[${random.pick(RANGES)}])`,
      () => `sum by (le) (${buckets})`,
      () => `sum by (le, handler) (rate(${buckets}[5m]))`,
      () => `sum without (instance) (increase(${buckets}[10m]${this.#modifiers()}))`,
      () => this.#vector(place),
    ])()
    return `histogram_quantile(${quantile}, ${source})`
  }

  // --- aggregations

  #aggregation(place: Place): string {
    const random = this.#random
    const vector = this.#vector(place)
    const grouping = this.#grouping()
    const choice = random.below(100)
    if (choice < 65) return `${random.pick(AGGREGATIONS)}${grouping}(${vector})`
    if (choice < 83) {
      const k = random.chance(0.9) ? random.pick(['1', '2', '3', '5', '0', '-1', '2.7']) : '1e3'
      return `${random.pick(['topk', 'bottomk'])}${grouping}(${k}, ${vector})`
    }
    if (choice < 94) return `quantile${grouping}(${this.#fraction()}, ${vector})`
    return `count_values${grouping}("${random.pick(['v', 'job', 'code'])}", ${vector})`
  }

  #grouping(): string {
    const random = this.#random
    if (random.chance(0.25)) return ' '
    const labels = random.some(LABEL_NAMES, random.below(4)).join(', ')
    return ` ${random.pick(['by', 'by', 'without'])} (${labels}) `
  }

  // --- operators

  #binary(place: Place): string {
    const random = this.#random
    const choice = random.below(100)
    if (choice < 30) return this.#withScalar(place)
    if (choice < 52) return this.#likeWithLike(place)
    if (choice < 68) return this.#ofAggregations(place)
    if (choice < 84) return this.#join(place)
    const op = random.pick([...ARITHMETIC, ...COMPARISONS, ...SETS, ...SETS])
    return `${this.#vector(place)} ${this.#operator(op)} ${this.#vector(place)}`
  }

  /** With `bool` now and then where that is allowed. */
  #operator(op: string): string {
    return COMPARISONS.includes(op) && this.#random.chance(0.4) ? `${op} bool` : op
  }

  #withScalar(place: Place): string {
    const random = this.#random
    const op = this.#operator(random.pick([...ARITHMETIC, ...COMPARISONS]))
    const scalar = this.#scalar({ ...place, depth: Math.min(place.depth, 1) })
    const vector = this.#vector(place)
    return random.chance(0.7) ? `${vector} ${op} ${scalar}` : `${scalar} ${op} ${vector}`
  }

  /** The same series on both sides. */
  #likeWithLike(place: Place): string {
    const random = this.#random
    const one = random.pick(FAMILIES)
    const op = this.#operator(random.pick([...ARITHMETIC, ...COMPARISONS, ...SETS]))
    const side = (): string =>
      random.pick([
        () => this.#selector(one),
        () =>
          `${random.pick(RANGE_FUNCTIONS.slice(0, 8))}(${this.#bare(one)}[${random.pick(RANGES)}])`,
        () => `${random.pick(POINT_FUNCTIONS.slice(0, 4))}(${this.#selector(one)})`,
      ])()
    const matching = random.chance(0.2) ? ` ignoring(${random.some(LABEL_NAMES, 1).join(',')})` : ''
    return place.depth > 1 && random.chance(0.2)
      ? `(${side()} ${op}${matching} ${side()}) ${random.pick(SETS)} ${this.#vector(place)}`
      : `${side()} ${op}${matching} ${side()}`
  }

  #ofAggregations(place: Place): string {
    const random = this.#random
    const op = this.#operator(random.pick([...ARITHMETIC, ...COMPARISONS, ...SETS]))
    const labels = random.pick(['job', 'instance', 'job, instance', ''])
    const side = (): string =>
      `${random.pick(AGGREGATIONS)} by (${labels}) (${this.#vector(place)})`
    const matching = random.chance(0.4) ? ` on(${labels})` : ''
    return `${side()} ${op}${matching} ${side()}`
  }

  #join(place: Place): string {
    const random = this.#random
    const op = this.#operator(random.pick([...ARITHMETIC, ...ARITHMETIC, ...COMPARISONS]))
    const many = random.chance(0.6)
      ? this.#selector(random.pick(FAMILIES))
      : `(${this.#vector(place)})`
    const one = random.pick(['build_info', 'limit_bytes', 'up', 'sum by (instance) (memory_bytes)'])
    const on = random.pick([
      'on(instance)',
      'on(instance, job)',
      'ignoring(method, code, room, kind)',
    ])
    const include = random.pick(['', '()', '(version)', '(job)', '(version, room)'])
    return random.chance(0.6)
      ? `${many} ${op} ${on} group_left${include} ${one}`
      : `${one} ${op} ${on} group_right${include} ${many}`
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
