// What a rule would do: now, and what it would have done over past days. The same code that evaluates live walks the
// results of range queries step by step, so that both agree.

import { Labels } from '@pharos/model'
import type { QueryAnswer } from '@pharos/promql'
import { UserError } from '@pharos/base'
import type { RuleSettings } from '@pharos/config'
import { AlertingRule } from './alerting-rule.ts'
import { BACKTEST_ALERTS_MAX, BACKTEST_CHUNK_STEPS, BACKTEST_STEPS_MAX } from './limits.ts'
import type { EvaluationContext, RuleQuery, RuleSample } from './rule.ts'

export interface TrialWorld {
  readonly run: RuleQuery
  /** The same expression at every step from start to end, ms, both inclusive. */
  readonly runRange: (
    expr: string,
    startMs: number,
    endMs: number,
    stepMs: number,
  ) => Promise<QueryAnswer>
  readonly externalUrl: URL
  readonly externalLabels: Labels
  readonly query: EvaluationContext['query']
}

interface TriedAlert {
  /** Of the alert: with the rule's labels. */
  readonly labels: Labels
  readonly annotations: Labels
  readonly value: number
  /** `pending` while it would still wait for `for`. */
  readonly state: 'pending' | 'firing'
}

export interface RuleTrial {
  readonly alerts: readonly TriedAlert[]
  /** What a template could not be expanded for. */
  readonly problems: readonly string[]
}

/** Evaluates an alerting rule once. @throws UserError, OutsideError of the query */
export async function tryRule(
  settings: RuleSettings,
  timeMs: number,
  world: TrialWorld,
): Promise<RuleTrial> {
  const rule = new AlertingRule(settings)
  const problems: string[] = []
  await rule.evaluate(contextOf(world, timeMs, world.run, problems))
  const alerts = rule.alerts().map(({ labels, annotations, value, state }) => ({
    labels,
    annotations,
    value,
    state: state === 'firing' ? ('firing' as const) : ('pending' as const),
  }))
  return { alerts, problems }
}

export interface Episode {
  readonly labels: Labels
  /** As they were when it fired, or when it ended if it never did. */
  readonly annotations: Labels
  /** ms since 1970 each; undefined: not in this time. */
  readonly activeAtMs: number
  readonly firedAtMs: number | undefined
  readonly endedAtMs: number | undefined
  readonly valueMin: number
  readonly valueMax: number
}

export interface Backtest {
  /** In the order in which they became active. */
  readonly episodes: readonly Episode[]
  readonly stepMs: number
  readonly steps: number
  readonly problems: readonly string[]
}

/** @throws UserError `rules/backtest` when the time is too long for the step */
export async function backtestRule(
  settings: RuleSettings,
  range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
  world: TrialWorld,
): Promise<Backtest> {
  const { startMs, endMs, stepMs } = range
  const steps = Math.floor((endMs - startMs) / stepMs) + 1
  if (!(stepMs > 0) || !(steps >= 1) || steps > BACKTEST_STEPS_MAX)
    throw new UserError(
      'rules/backtest',
      `${steps} evaluations: wants 1 to ${BACKTEST_STEPS_MAX}; choose fewer days or a longer interval`,
    )
  const rule = new AlertingRule(settings)
  const watch = new EpisodeWatch(rule)
  const problems: string[] = []
  const chunkMs = BACKTEST_CHUNK_STEPS * stepMs
  for (let fromMs = startMs; fromMs <= endMs; fromMs += chunkMs) {
    const toMs = Math.min(endMs, fromMs + chunkMs - stepMs)
    const answers = stepAnswers(await world.runRange(settings.expr, fromMs, toMs, stepMs))
    for (let timeMs = fromMs; timeMs <= toMs; timeMs += stepMs) {
      const run: RuleQuery = (expr, atMs) =>
        expr === settings.expr ? Promise.resolve(answers(timeMs)) : world.run(expr, atMs)
      await rule.evaluate(contextOf(world, timeMs, run, problems))
      watch.note(timeMs)
    }
  }
  return { episodes: watch.episodes(), stepMs, steps, problems: [...new Set(problems)] }
}

function contextOf(
  world: TrialWorld,
  timeMs: number,
  run: RuleQuery,
  problems: string[],
): EvaluationContext {
  return {
    timeMs,
    queryOffsetMs: 0,
    run,
    limit: BACKTEST_ALERTS_MAX,
    externalUrl: world.externalUrl,
    externalLabels: world.externalLabels,
    query: world.query,
    onTemplateError: (_rule, error) => {
      if (problems.length < 10)
        problems.push(error instanceof Error ? error.message : String(error))
    },
  }
}

/** A range answer as one instant answer for each step. */
function stepAnswers(answer: QueryAnswer): (timeMs: number) => QueryAnswer {
  const { result } = answer
  if (result.type !== 'matrix') return () => answer
  const byStep = new Map<number, RuleSample[]>()
  for (const { labels, times, values, histograms } of result.series) {
    for (let i = 0; i < times.length; i++) {
      const sample = { labels, value: values[i]!, histogram: histograms?.[i] }
      const known = byStep.get(times[i]!)
      if (known === undefined) byStep.set(times[i]!, [sample])
      else known.push(sample)
    }
  }
  return (timeMs) => ({
    ...answer,
    result: { type: 'vector', timeMs, series: byStep.get(timeMs) ?? [] },
  })
}

type OpenEpisode = { -readonly [K in keyof Episode]: Episode[K] }

/** Turns what a rule has after each step into episodes. */
class EpisodeWatch {
  readonly #rule: AlertingRule
  readonly #open = new Map<string, OpenEpisode>()
  readonly #all: OpenEpisode[] = []

  constructor(rule: AlertingRule) {
    this.#rule = rule
  }

  note(timeMs: number): void {
    const alive = new Set<string>()
    for (const alert of this.#rule.alerts()) {
      const { key } = alert.labels
      alive.add(key)
      let episode = this.#open.get(key)
      if (episode === undefined) {
        episode = {
          labels: alert.labels,
          annotations: alert.annotations,
          activeAtMs: alert.activeAtMs,
          firedAtMs: undefined,
          endedAtMs: undefined,
          valueMin: alert.value,
          valueMax: alert.value,
        }
        this.#open.set(key, episode)
        this.#all.push(episode)
      }
      if (episode.firedAtMs === undefined) {
        episode.annotations = alert.annotations
        episode.firedAtMs = alert.firedAtMs
      }
      episode.valueMin = Math.min(episode.valueMin, alert.value)
      episode.valueMax = Math.max(episode.valueMax, alert.value)
    }
    for (const [key, episode] of this.#open) {
      if (alive.has(key)) continue
      episode.endedAtMs = timeMs
      this.#open.delete(key)
    }
  }

  episodes(): readonly Episode[] {
    return this.#all
  }
}
