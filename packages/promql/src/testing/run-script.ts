// Runs test scripts against the engine: every eval in all the ways the reference runs it.

import { messageOf, UserError } from '@pharos/base'
import type { Clock } from '@pharos/base'
import { createKernel } from '@pharos/kernel'
import { type Labels, parseDuration } from '@pharos/model'
import type { Expr } from '../ast.ts'
import { createEngine, type Engine, type EngineSettings } from '../engine.ts'
import type { EngineOptions } from '../engine-options.ts'
import { parseExpr, SYNTAX_FEATURES } from '../parser.ts'
import { compareAnnotations, compareResult, compareVector, matches } from './compare.ts'
import { customBucketHistograms } from './custom-buckets.ts'
import { MemoryStore } from './memory-store.ts'
import { pinnedTo } from './pin-times.ts'
import { type EvalCommand, type LoadCommand, parseScript } from './script.ts'
import { storedValue } from './series-line.ts'

export interface EvalOutcome {
  readonly line: number
  readonly query: string
  /** What is wrong; undefined when the eval passes. */
  readonly failure: string | undefined
}

/** What the reference's script runner sets, and servers do not. */
export const SCRIPT_OPTIONS: EngineOptions = {
  lookbackMs: parseDuration('5m'),
  timeoutMs: parseDuration('100s'),
  maxSamples: 10_000,
  defaultSubqueryStepMs: 60_000,
  features: new Set([...SYNTAX_FEATURES, 'promql-delayed-name-removal', 'use-start-timestamps']),
}

/**
 * Runs a script from an empty store.
 * @throws ScriptError when it cannot be read
 */
export async function runScript(
  text: string,
  clock: Clock,
  options: EngineOptions = SCRIPT_OPTIONS,
): Promise<EvalOutcome[]> {
  const outcomes: EvalOutcome[] = []
  const kernel = createKernel()
  let store = new MemoryStore()
  for (const command of parseScript(text)) {
    if (command.kind === 'clear') store = new MemoryStore()
    else if (command.kind === 'load') loadInto(store, command)
    else outcomes.push(await runEval(store, command, { ...options, clock, kernel }))
  }
  return outcomes
}

/** Adds the samples of a `load` block. */
export function loadInto(store: MemoryStore, command: LoadCommand): void {
  const series = new Map<string, LoadCommand['series'][number]>()
  for (const line of command.series) series.set(line.labels.key, line)
  const batch = `${command.line}`
  for (const { labels, values } of series.values()) {
    const starts = command.starts.get(labels.key)
    for (const [i, value] of values.entries()) {
      const stored = storedValue(value)
      if (stored === undefined) continue
      const timeMs = i * command.stepMs
      const offsetMs = starts?.[i]
      const startMs = offsetMs === undefined ? 0 : timeMs + offsetMs
      store.append(labels, timeMs, stored, batch, startMs)
    }
  }
  if (command.withCustomBuckets) {
    for (const { labels, samples } of customBucketHistograms([...series.values()])) {
      for (const [i, histogram] of samples)
        store.append(labels, i * command.stepMs, histogram, batch)
    }
  }
  store.settleResetHints()
}

async function runEval(
  store: MemoryStore,
  command: EvalCommand,
  options: EngineSettings,
): Promise<EvalOutcome> {
  const engine = createEngine(store, { ...options, annotationLimit: 0 })
  const { line, query } = command
  try {
    const failure = command.isRange
      ? await attempt(command, engine, query)
      : await runInstant(command, engine, options)
    return { line, query, failure }
  } catch (error) {
    if (error instanceof UserError) return { line, query, failure: `error: ${error.message}` }
    return { line, query, failure: `crash: ${messageOf(error)}` }
  }
}

async function runInstant(
  command: EvalCommand,
  engine: Engine,
  options: EngineOptions,
): Promise<string | undefined> {
  const timeMs = command.endMs
  const asWritten = await attempt(command, engine, command.query, timeMs)
  if (asWritten !== undefined) return asWritten
  const inRange = await compareMiddle(command, engine, command.query, timeMs)
  if (inRange !== undefined) return `as range query: ${inRange}`
  const expr = parsed(command.query, options)
  const pinned = expr && pinnedTo(expr, timeMs)
  if (pinned === undefined) return undefined
  const times =
    timeMs === 0 ? [-1000, 0, 1000] : [-10 * timeMs, 0, Math.trunc(timeMs / 5), timeMs, 10 * timeMs]
  for (const time of times) {
    const failure =
      (await attempt(command, engine, pinned, time)) ??
      (await compareMiddle(command, engine, pinned, time))
    if (failure !== undefined) return `pinned with @, at ${time}: ${failure}`
  }
  return undefined
}

function parsed(query: string, options: EngineOptions): Expr | undefined {
  try {
    return parseExpr(query, { features: options.features })
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** Runs a query and compares everything a script can expect of it. */
async function attempt(
  command: EvalCommand,
  engine: Engine,
  query: string | Expr,
  timeMs?: number,
): Promise<string | undefined> {
  const fail = command.expectations.find((e) => e.kind === 'fail')
  try {
    const answer =
      timeMs === undefined
        ? await engine.range(query, command.startMs, command.endMs, command.stepMs)
        : await engine.instant(query, timeMs)
    if (fail !== undefined) return 'expected an error, but there is none'
    return compareAnnotations(command, answer) ?? compareResult(command, answer)
  } catch (error) {
    if (!(error instanceof UserError) || fail === undefined) throw error
    return matches(fail, error.message) ? undefined : `other error: ${error.message}`
  }
}

/** An instant query has to give what a range query gives at that step. */
async function compareMiddle(
  command: EvalCommand,
  engine: Engine,
  query: string | Expr,
  timeMs: number,
): Promise<string | undefined> {
  if (command.expectsRangeVector || command.text !== undefined) return undefined
  if (command.expectations.some((e) => e.kind === 'fail')) return undefined
  if (/(?:start|end|range|step)\(\)/.test(command.query)) return undefined
  const answer = await engine.range(query, timeMs - 60_000, timeMs + 60_000, 60_000)
  if (command.expectations.some((e) => e.kind === 'ordered')) return undefined
  if (answer.result.type !== 'matrix') return `a range query gave a ${answer.result.type}`
  const samples: { labels: Labels; value: number; histogram: undefined | object }[] = []
  for (const series of answer.result.series) {
    const at = series.times.indexOf(timeMs)
    if (at < 0) continue
    const histogram = series.histograms?.[at]
    samples.push({ labels: series.labels, value: series.values[at]!, histogram })
  }
  if (command.scalar !== undefined) {
    const [only] = samples
    return only === undefined ? 'no scalar in range query' : undefined
  }
  return compareVector(command, samples as Parameters<typeof compareVector>[1])
}
