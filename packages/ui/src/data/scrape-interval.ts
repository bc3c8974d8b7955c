// How often the server scrapes: what rates over a dashboard's steps need to know.
import { intervalMs } from '@pharos/dashboards'

const DEFAULT_MS = 60_000

/** @param yaml  the configuration in force, all defaults written out; its first interval is the global one */
export function scrapeIntervalOf(yaml: string): number {
  const found = /^\s*scrape_interval:\s*["']?([0-9a-z]+)/m.exec(yaml)?.[1]
  return (found === undefined ? undefined : intervalMs(found)) ?? DEFAULT_MS
}
