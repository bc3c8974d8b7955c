// Test scripts: a text of `clear`, `load` and `eval` blocks becomes a list of commands.

import { UserError } from '@pharos/base'
import { goUnquote, parseDuration } from '@pharos/model'
import { parseSeriesLine, scriptError, type SeriesLine } from './series-line.ts'
import { parseStartOffsets } from './start-offsets.ts'

export type Command = ClearCommand | LoadCommand | EvalCommand

interface ClearCommand {
  readonly kind: 'clear'
  readonly line: number
}

export interface LoadCommand {
  readonly kind: 'load'
  readonly line: number
  readonly stepMs: number
  /** Classic histograms are stored as native ones with custom buckets as well. */
  readonly withCustomBuckets: boolean
  readonly series: readonly SeriesLine[]
  /** Offsets of start times from sample times, ms, by label set. */
  readonly starts: ReadonlyMap<string, readonly (number | undefined)[]>
}

/** What an `expect` line wants to find. */
export interface Expectation {
  readonly kind: 'fail' | 'warn' | 'info' | 'no_warn' | 'no_info' | 'ordered'
  readonly message: string | undefined
  readonly pattern: RegExp | undefined
}

export interface EvalCommand {
  readonly kind: 'eval'
  readonly line: number
  readonly query: string
  readonly isRange: boolean
  /** Instant: the time. Otherwise the range; also where `expect range vector` says so. */
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly expectations: readonly Expectation[]
  readonly series: readonly SeriesLine[]
  readonly scalar: number | undefined
  readonly text: string | undefined
  readonly expectsRangeVector: boolean
}

/** A mistake in a script, with its line. */
export class ScriptError extends UserError {
  readonly line: number
  constructor(line: number, message: string) {
    super('promql/script', `line ${line}: ${message}`)
    this.line = line
  }
}

/** @throws ScriptError */
export function parseScript(text: string): Command[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .map((line) => (line.startsWith('#') ? '' : line))
  const commands: Command[] = []
  let i = 0
  while (i < lines.length) {
    if (lines[i] === '') {
      i++
      continue
    }
    let end = i + 1
    while (end < lines.length && lines[end] !== '') end++
    const first = lines[i]!
    const word = first.split(/\s+/)[0]!.toLowerCase()
    // Only load and eval have bodies; after `clear` the next line is a command of its own.
    if (word === 'clear') {
      commands.push({ kind: 'clear', line: i + 1 })
      i++
      continue
    }
    commands.push(at(i + 1, () => parseBlock(first, lines.slice(i + 1, end), i + 1)))
    i = end
  }
  return commands
}

/** Adds the line to what went wrong. */
function at<T>(line: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ScriptError || !(error instanceof UserError)) throw error
    throw new ScriptError(line, error.message)
  }
}

function parseBlock(first: string, body: readonly string[], line: number): Command {
  const load = /^load(?:_(with_nhcb))?\s+(.+?)$/.exec(first)
  if (load !== null) {
    const stepMs = parseDuration(load[2]!)
    const { series, starts } = parseSeries(body, line)
    return { kind: 'load', line, stepMs, withCustomBuckets: load[1] !== undefined, series, starts }
  }
  if (first.startsWith('eval')) return parseEval(first, body, line)
  throw scriptError(`unknown command: ${first}`)
}

const STARTS = /^(\S+)@st\s+(.*)$/

/** Series lines, each perhaps with a line of start times before it. */
function parseSeries(
  body: readonly string[],
  line: number,
): { series: SeriesLine[]; starts: Map<string, readonly (number | undefined)[]> } {
  const series: SeriesLine[] = []
  const starts = new Map<string, readonly (number | undefined)[]>()
  let pending: { key: string; offsets: (number | undefined)[]; line: number } | undefined
  const dangling = (): void => {
    if (pending !== undefined)
      throw new ScriptError(pending.line, '@st line has no following sample line')
  }
  for (const [i, text] of body.entries()) {
    const start = STARTS.exec(text)
    if (start !== null) {
      dangling()
      const { labels } = at(line + 1 + i, () => parseSeriesLine(`${start[1]} _`))
      const offsets = at(line + 1 + i, () => parseStartOffsets(start[2]!))
      pending = { key: labels.key, offsets, line: line + 1 + i }
      continue
    }
    const parsed = at(line + 1 + i, () => parseSeriesLine(text))
    series.push(parsed)
    if (pending === undefined) continue
    if (pending.key !== parsed.labels.key)
      throw new ScriptError(
        pending.line,
        '@st metric does not match the following sample line metric',
      )
    if (pending.offsets.length !== parsed.values.length)
      throw new ScriptError(
        pending.line,
        `@st line has ${pending.offsets.length} values but sample line has ${parsed.values.length}`,
      )
    starts.set(pending.key, pending.offsets)
    pending = undefined
  }
  dangling()
  return { series, starts }
}

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/
const RANGE = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/
const RANGE_VECTOR = /^expect range vector\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)$/

function parseEval(first: string, body: readonly string[], line: number): EvalCommand {
  const instant = INSTANT.exec(first)
  const range = instant === null ? RANGE.exec(first) : null
  if (instant === null && range === null) throw scriptError('invalid evaluation command')
  const mode = instant?.[1] ?? range?.[1]
  const times = instant === null ? rangeTimes(range![2]!, range![3]!, range![4]!) : undefined
  const timeMs = instant === null ? 0 : parseDuration(instant[2] ?? '')
  const expectations: Expectation[] = []
  const parsed = parseBody(body, line, expectations)
  check(expectations)
  // The old form of an expectation; a line of the new form may say more.
  if (mode !== undefined && !expectations.some((e) => e.kind === mode))
    expectations.push(anything(mode as Expectation['kind'])) // one of the regex
  if (instant !== null && parsed.times === undefined) {
    const long = parsed.series.find((series) => series.values.length > 1)
    if (long !== undefined)
      throw scriptError('expecting multiple values in instant evaluation not allowed')
  }
  return {
    kind: 'eval',
    line,
    query: instant?.[3] ?? range![5]!,
    isRange: instant === null,
    startMs: timeMs,
    endMs: timeMs,
    stepMs: 0,
    ...(parsed.times ?? times),
    expectations,
    series: parsed.series,
    scalar: parsed.scalar,
    text: parsed.text,
    expectsRangeVector: parsed.times !== undefined,
  }
}

interface Times {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

function rangeTimes(from: string, to: string, step: string): Times {
  const times = {
    startMs: parseDuration(from),
    endMs: parseDuration(to),
    stepMs: parseDuration(step),
  }
  if (times.endMs < times.startMs)
    throw scriptError(
      `invalid test definition, end timestamp (${to}) is before start timestamp (${from})`,
    )
  return times
}

interface Body {
  readonly series: SeriesLine[]
  scalar: number | undefined
  text: string | undefined
  times: Times | undefined
}

function parseBody(body: readonly string[], line: number, expectations: Expectation[]): Body {
  const parsed: Body = { series: [], scalar: undefined, text: undefined, times: undefined }
  for (const [i, text] of body.entries()) {
    const range = RANGE_VECTOR.exec(text)
    if (range !== null) parsed.times = rangeTimes(range[1]!, range[2]!, range[3]!)
    else if (text.startsWith('expect string')) {
      const literal = text.slice('expect string'.length).trim()
      if (literal === '') throw scriptError('expected string literal not valid')
      parsed.text = goUnquote(literal)
    } else if (/^expect(?:\s|$)/.test(text)) expectations.push(parseExpectation(text))
    else if (/^expected_fail_(?:message|regexp)\s/.test(text)) {
      const [, how, what] = /^expected_fail_(message|regexp)\s+(.*)$/.exec(text)!
      const isMessage = how === 'message'
      const fail = expectations.findIndex((e) => e.kind === 'fail')
      expectations[fail < 0 ? expectations.length : fail] = {
        kind: 'fail',
        message: isMessage ? what : undefined,
        pattern: isMessage ? undefined : pattern(what!),
      }
    } else if (/^[+-]?(?:[0-9.][0-9a-fA-FxX.eE+-]*|[Ii]nf|NaN)$/.test(text)) {
      const [value] = parseSeriesLine(`x ${text}`).values
      parsed.scalar = value?.value ?? Number.NaN
    } else parsed.series.push(at(line + 1 + i, () => parseSeriesLine(text)))
  }
  return parsed
}

const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/

function parseExpectation(text: string): Expectation {
  const match = EXPECT.exec(text)
  if (match === null)
    throw scriptError(
      'invalid expect statement, must match `expect <type> <match_type>: <string>` format',
    )
  const kind = match[1] as Expectation['kind'] // one of the regex
  const what = match[3]?.trim()
  if (what === undefined) return anything(kind)
  if (match[2] === 'msg') return { kind, message: what, pattern: undefined }
  return { kind, message: undefined, pattern: pattern(what) }
}

function anything(kind: Expectation['kind']): Expectation {
  return { kind, message: undefined, pattern: /^/ }
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    throw scriptError(`invalid regex ${text}: ${String(error)}`)
  }
}

function check(expectations: readonly Expectation[]): void {
  const has = (kind: Expectation['kind']): boolean => expectations.some((e) => e.kind === kind)
  if (has('info') && has('no_info'))
    throw scriptError('invalid expect lines, info and no_info cannot be used together')
  if (has('warn') && has('no_warn'))
    throw scriptError('invalid expect lines, warn and no_warn cannot be used together')
  if (expectations.filter((e) => e.kind === 'fail').length > 1)
    throw scriptError('invalid expect lines, multiple expect fail lines are not allowed')
}
