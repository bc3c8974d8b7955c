// Every function of the language: what it takes and what it gives. One table for parser, evaluator, editor
// and documentation.

import type { ValueType } from './ast.ts'

export interface FunctionSignature {
  readonly name: string
  readonly args: readonly ValueType[]
  /** 0: exactly `args`. n > 0: one of the last argument fewer, up to n − 1 more. −1: one fewer, any number more. */
  readonly variadic: number
  readonly returns: ValueType
  /** Wants the feature flag `promql-experimental-functions`. */
  readonly experimental: boolean
}

function sign(
  name: string,
  args: string,
  returns: ValueType,
  variadic = 0,
  experimental = false,
): FunctionSignature {
  const types = args === '' ? [] : (args.split(' ') as ValueType[]) // written below, all of them types
  return { name, args: types, variadic, returns, experimental }
}

const SIGNATURES: readonly FunctionSignature[] = [
  sign('abs', 'vector', 'vector'),
  sign('absent', 'vector', 'vector'),
  sign('absent_over_time', 'matrix', 'vector'),
  sign('acos', 'vector', 'vector'),
  sign('acosh', 'vector', 'vector'),
  sign('asin', 'vector', 'vector'),
  sign('asinh', 'vector', 'vector'),
  sign('atan', 'vector', 'vector'),
  sign('atanh', 'vector', 'vector'),
  sign('avg_over_time', 'matrix', 'vector'),
  sign('ceil', 'vector', 'vector'),
  sign('changes', 'matrix', 'vector'),
  sign('clamp', 'vector scalar scalar', 'vector'),
  sign('clamp_max', 'vector scalar', 'vector'),
  sign('clamp_min', 'vector scalar', 'vector'),
  sign('cos', 'vector', 'vector'),
  sign('cosh', 'vector', 'vector'),
  sign('count_over_time', 'matrix', 'vector'),
  sign('days_in_month', 'vector', 'vector', 1),
  sign('day_of_month', 'vector', 'vector', 1),
  sign('day_of_week', 'vector', 'vector', 1),
  sign('day_of_year', 'vector', 'vector', 1),
  sign('deg', 'vector', 'vector'),
  sign('end', '', 'scalar', 0, true),
  sign('delta', 'matrix', 'vector'),
  sign('deriv', 'matrix', 'vector'),
  sign('exp', 'vector', 'vector'),
  sign('first_over_time', 'matrix', 'vector'),
  sign('floor', 'vector', 'vector'),
  sign('histogram_avg', 'vector', 'vector'),
  sign('histogram_count', 'vector', 'vector'),
  sign('histogram_sum', 'vector', 'vector'),
  sign('histogram_stddev', 'vector', 'vector'),
  sign('histogram_stdvar', 'vector', 'vector'),
  sign('histogram_fraction', 'scalar scalar vector', 'vector'),
  sign('histogram_quantile', 'scalar vector', 'vector'),
  sign('histogram_quantiles', 'vector string scalar scalar', 'vector', 9, true),
  sign('double_exponential_smoothing', 'matrix scalar scalar', 'vector', 0, true),
  sign('hour', 'vector', 'vector', 1),
  sign('idelta', 'matrix', 'vector'),
  sign('increase', 'matrix', 'vector'),
  sign('info', 'vector vector', 'vector', 1, true),
  sign('irate', 'matrix', 'vector'),
  sign('label_replace', 'vector string string string string', 'vector'),
  sign('label_join', 'vector string string string', 'vector', -1),
  sign('max_of', 'scalar scalar', 'scalar', 0, true),
  sign('last_over_time', 'matrix', 'vector'),
  sign('min_of', 'scalar scalar', 'scalar', 0, true),
  sign('ln', 'vector', 'vector'),
  sign('log10', 'vector', 'vector'),
  sign('log2', 'vector', 'vector'),
  sign('mad_over_time', 'matrix', 'vector', 0, true),
  sign('max_over_time', 'matrix', 'vector'),
  sign('min_over_time', 'matrix', 'vector'),
  sign('ts_of_first_over_time', 'matrix', 'vector', 0, true),
  sign('ts_of_max_over_time', 'matrix', 'vector', 0, true),
  sign('ts_of_min_over_time', 'matrix', 'vector', 0, true),
  sign('ts_of_last_over_time', 'matrix', 'vector', 0, true),
  sign('minute', 'vector', 'vector', 1),
  sign('month', 'vector', 'vector', 1),
  sign('pi', '', 'scalar'),
  sign('predict_linear', 'matrix scalar', 'vector'),
  sign('present_over_time', 'matrix', 'vector'),
  sign('quantile_over_time', 'scalar matrix', 'vector'),
  sign('rad', 'vector', 'vector'),
  sign('range', '', 'scalar', 0, true),
  sign('rate', 'matrix', 'vector'),
  sign('resets', 'matrix', 'vector'),
  sign('round', 'vector scalar', 'vector', 1),
  sign('scalar', 'vector', 'scalar'),
  sign('sgn', 'vector', 'vector'),
  sign('sin', 'vector', 'vector'),
  sign('sinh', 'vector', 'vector'),
  sign('sort', 'vector', 'vector'),
  sign('sort_desc', 'vector', 'vector'),
  sign('sort_by_label', 'vector string', 'vector', -1, true),
  sign('sort_by_label_desc', 'vector string', 'vector', -1, true),
  sign('sqrt', 'vector', 'vector'),
  sign('start', '', 'scalar', 0, true),
  sign('start_timestamp', 'vector', 'vector', 0, true),
  sign('step', '', 'scalar', 0, true),
  sign('stddev_over_time', 'matrix', 'vector'),
  sign('stdvar_over_time', 'matrix', 'vector'),
  sign('sum_over_time', 'matrix', 'vector'),
  sign('tan', 'vector', 'vector'),
  sign('tanh', 'vector', 'vector'),
  sign('time', '', 'scalar'),
  sign('timestamp', 'vector', 'vector'),
  sign('vector', 'scalar', 'vector'),
  sign('year', 'vector', 'vector', 1),
]

/** By name. A map, because `constructor` is a name a query may well call. */
export const FUNCTIONS: ReadonlyMap<string, FunctionSignature> = new Map(
  SIGNATURES.map((signature) => [signature.name, signature]),
)

/** The flag of what the reference does not have: time zones. */
const TIME_ZONES = 'promql-time-zones'
const ZONE_FUNCTIONS: readonly string[] = [
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'hour',
  'minute',
  'month',
  'year',
]
const TIMEZONE_OFFSET = sign('timezone_offset', 'string', 'scalar')

/** The function of that name in a language with these features; undefined when there is none. */
export function functionNamed(
  name: string,
  features: ReadonlySet<string>,
): FunctionSignature | undefined {
  if (name === TIMEZONE_OFFSET.name) return features.has(TIME_ZONES) ? TIMEZONE_OFFSET : undefined
  return FUNCTIONS.get(name)
}

/** A part of a date may be asked for in a zone: `hour(v, "Europe/Warsaw")`. */
export function takesZone(name: string, features: ReadonlySet<string>): boolean {
  return features.has(TIME_ZONES) && ZONE_FUNCTIONS.includes(name)
}

/** What a function gives, in any language. */
export function returnTypeOf(name: string): ValueType {
  if (name === TIMEZONE_OFFSET.name) return TIMEZONE_OFFSET.returns
  return FUNCTIONS.get(name)?.returns ?? 'none'
}
