// Rules before they are in force: the files that the API may write, and trials on what is stored.
import type { RuleTrials } from '@pharos/api'
import type { Labels } from '@pharos/model'
import {
  backtestRule,
  expectedMessages,
  type MessageRoute,
  RuleStore,
  samplesOf,
  tryRule,
} from '@pharos/rules'
import type { TrialWorld } from '@pharos/rules'
import type { RunningServer, ServerSettings } from './running-server.ts'
import { tsdbOptions } from './settings-of-flags.ts'

/** Messages that a backtest lists. */
const MESSAGES_MAX = 1_000

/** The reference's defaults, for a server whose alerts go somewhere else. */
const STANDARD_ROUTE: MessageRoute = {
  receiver: '',
  groupBy: ['alertname'],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 4 * 3600_000,
}

/** Undefined when rules may not be changed by HTTP. */
export function ruleStoreOf({ flags, world }: ServerSettings): RuleStore | undefined {
  if (!flags.bool('web.enable-rules-api')) return undefined
  return new RuleStore({
    disk: world.disk,
    clock: world.clock,
    directory: flags.text('rules.directory') || `${tsdbOptions(flags).path}/rules`,
    checks: { features: new Set(flags.list('enable-feature')) },
  })
}

/** @param routesOf  where alerts of these labels go; empty when nobody knows */
export function ruleTrialsOf(
  server: RunningServer,
  routesOf: (labels: Labels) => readonly MessageRoute[],
): RuleTrials {
  const world = (): TrialWorld => ({
    run: (expr, timeMs) => server.parts.engine.instant(expr, timeMs),
    runRange: (expr, startMs, endMs, stepMs) =>
      server.queries.run(expr, { startMs, endMs, stepMs }, {}, (options) =>
        server.parts.engine.range(expr, startMs, endMs, stepMs, options),
      ),
    externalUrl: new URL(server.urls.external),
    externalLabels: server.config.global.externalLabels,
    query: async (expr, timeMs) =>
      samplesOf(await server.parts.engine.instant(expr, timeMs)).map(({ labels, value }) => ({
        labels,
        value,
      })),
  })
  return {
    intervalMs: () => server.config.global.evaluationIntervalMs,
    test: (rule, timeMs) => tryRule(rule, timeMs, world()),
    backtest: async (rule, range) => {
      const backtest = await backtestRule(rule, range, world())
      const known = (labels: Labels): readonly MessageRoute[] => {
        const routes = routesOf(labels)
        return routes.length === 0 ? [STANDARD_ROUTE] : routes
      }
      return {
        backtest,
        messages: expectedMessages(backtest.episodes, known, range.endMs, MESSAGES_MAX),
      }
    },
  }
}
