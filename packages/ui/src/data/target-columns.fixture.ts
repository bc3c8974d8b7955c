// Targets for tests.
import type { Health } from './api-types.ts'
import type { TargetColumns } from './target-columns.ts'

/** Of a pool of machines, each with the labels `instance`, `job` and, when it has one, `Zone`. */
export function columnsOf(
  name: string,
  targets: readonly { host: string; health?: Health; error?: string; zone?: string }[],
): TargetColumns {
  return {
    name,
    labelNames: ['instance', 'job', 'Zone'],
    labels: [
      targets.map(({ host }) => host),
      targets.map(() => name),
      targets.map(({ zone = '' }) => zone),
    ],
    scrapeUrl: targets.map(({ host }) => `http://${host}/metrics`),
    health: targets.map(({ health = 'up' }) => health),
    lastError: Object.fromEntries(
      targets.flatMap(({ error }, place) => (error === undefined ? [] : [[place, error]])),
    ),
    lastScrapeMs: targets.map(() => null),
    lastScrapeDurationMs: targets.map(() => 0),
  }
}
