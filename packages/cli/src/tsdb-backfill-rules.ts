// `promtool tsdb create-blocks-from rules`: what recording rules would have given, asked of a running server window by window
// and put into a data directory of Pharos. As in the reference, a rule does not see what another one was filled in with.
import { UserError } from '@pharos/base'
import { createRealDisk, realClock } from '@pharos/base/node'
import type { RuleSettings } from '@pharos/config'
import { Labels, LabelsBuilder, METRIC_NAME, parseDuration, parseValue } from '@pharos/model'
import { loadRules } from '@pharos/rules'
import { Backfill } from '@pharos/tsdb'
import type { Command } from 'commander'
import { askServer, type Point, seconds } from './promtool-query.ts'
import type { Terminal } from './terminal.ts'
import { quietWorld, type TextSeries, windowsOf, within } from './tsdb-import.ts'

const HOUR_MS = 3_600_000
/** One block each. */
const WINDOW_MS = 2 * HOUR_MS
/** Servers refuse more than 11,000 points a series. */
const POINTS_MAX = 10_000
/** Up to here the rules themselves have been evaluated, by default. */
const END_BEFORE_NOW_MS = 3 * HOUR_MS

interface BackfillOptions {
  readonly url: string
  readonly start?: string
  readonly end?: string
  readonly outputDir: string
  readonly evalInterval: string
  readonly quiet?: boolean
}

export function addRuleBackfill(
  from: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  from
    .command('rules')
    .description('fill a data directory of Pharos with what new recording rules would have given')
    .argument('<rule-files...>')
    .requiredOption('--start <time>', 'RFC3339 or Unix seconds')
    .option('--end <time>', 'likewise; three hours ago when missing')
    .option('--url <url>', 'the server that has the data', 'http://localhost:9090')
    .option('--output-dir <directory>', 'data directory', 'data/')
    .option('--eval-interval <duration>', 'for groups that say none', '60s')
    .action(async (files: string[], _: unknown, command: Command) =>
      done(await backfillRules(files, command.optsWithGlobals<BackfillOptions>(), terminal)),
    )
}

interface TimedRule {
  readonly rule: RuleSettings
  readonly intervalMs: number
}

async function backfillRules(
  files: readonly string[],
  options: BackfillOptions,
  terminal: Terminal,
): Promise<number> {
  const startMs = seconds(options.start ?? '') * 1000
  const endMs =
    options.end === undefined ? realClock.now() - END_BEFORE_NOW_MS : seconds(options.end) * 1000
  if (startMs >= endMs) throw new UserError('promtool/time', 'start time is not before end time')
  const standardMs = parseDuration(options.evalInterval)
  const groups = await loadRules(files, createRealDisk())
  const rules = groups.flatMap(({ rules: all, intervalMs }) =>
    all
      .filter(({ kind }) => kind === 'recording')
      .map((rule) => ({ rule, intervalMs: intervalMs === 0 ? standardMs : intervalMs })),
  )
  if (rules.length === 0) throw new UserError('tsdb/backfill', 'no recording rules in the files')
  const backfill = await Backfill.open(quietWorld(), options.outputDir.replace(/(?<=.)\/+$/, ''))
  try {
    for (const [fromMs, toMs] of windowsOf(startMs, endMs, WINDOW_MS)) {
      const series = await windowOf(rules, options.url, fromMs, toMs)
      const members = [...series.values()].map(({ labels, times, values }) => ({
        labels,
        read: (from: number, to: number) => within(times, values, from, to),
      }))
      const info = await backfill.write(members, fromMs, toMs)
      if (info === undefined || options.quiet === true) continue
      terminal.write(`${info.ulid}: ${info.numSeries} series, ${info.numSamples} samples\n`)
    }
  } finally {
    await backfill.close()
  }
  return 0
}

/** What all rules give in [fromMs, toMs), by labels. */
async function windowOf(
  rules: readonly TimedRule[],
  url: string,
  fromMs: number,
  toMs: number,
): Promise<Map<string, TextSeries>> {
  const found = new Map<string, TextSeries>()
  for (const { rule, intervalMs } of rules) {
    const firstMs = Math.ceil(fromMs / intervalMs) * intervalMs
    for (let at = firstMs; at < toMs; at += POINTS_MAX * intervalMs) {
      const lastMs = Math.min(toMs - 1, at + (POINTS_MAX - 1) * intervalMs)
      const points = await askRange(url, rule.expr, at, lastMs, intervalMs)
      for (const { metric, values } of points) addPoints(found, rule, metric, values ?? [])
    }
  }
  return found
}

async function askRange(
  url: string,
  query: string,
  fromMs: number,
  toMs: number,
  stepMs: number,
): Promise<readonly Point[]> {
  const [start, end, step] = [fromMs, toMs, stepMs].map((ms) => String(ms / 1000))
  const answer = await askServer(url, 'query_range', {
    query,
    start: start!,
    end: end!,
    step: step!,
  })
  if (answer.status !== 'success' || answer.data === undefined) {
    throw new UserError(
      'promtool/query',
      `query error: ${answer.errorType ?? 'unknown'}: ${answer.error ?? 'no error text'}`,
    )
  }
  return (answer.data as { result: readonly Point[] }).result
}

function addPoints(
  found: Map<string, TextSeries>,
  { name, labels: added }: RuleSettings,
  metric: Readonly<Record<string, string>>,
  points: readonly (readonly [number, string])[],
): void {
  const builder = new LabelsBuilder(Labels.of(Object.entries(metric))).set(METRIC_NAME, name)
  for (const [label, value] of added) builder.set(label, value)
  const labels = builder.labels()
  let series = found.get(labels.key)
  if (series === undefined) found.set(labels.key, (series = { labels, times: [], values: [] }))
  for (const [time, text] of points) {
    const tMs = Math.round(time * 1000)
    if (tMs <= (series.times.at(-1) ?? -Infinity)) {
      throw new UserError('tsdb/backfill', `two rules give the series ${labels.key}`)
    }
    series.times.push(tMs)
    series.values.push(parseValue(text) ?? NaN)
  }
}
