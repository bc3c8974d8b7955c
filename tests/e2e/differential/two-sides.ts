// The same samples in Debian's Prometheus, as blocks made by its own tool, and in a store of ours.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { realWorld } from '@pharos/base/node'
import { createEngine, type Engine } from '@pharos/promql'
import { createKernel } from '@pharos/kernel'
import { Tsdb } from '@pharos/tsdb'
import { freePort, ready, run, type Running, start } from '../process.ts'
import { appendAll, openMetrics, type TestGroup } from './data-set.ts'

const MINUTE_MS = 60_000

export async function startReference(
  directory: string,
  groups: readonly TestGroup[],
): Promise<{ base: string; running: Running }> {
  const [page, blocks] = [join(directory, 'samples.om'), join(directory, 'reference')]
  writeFileSync(page, openMetrics(groups))
  const made = await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', page, blocks])
  if (made.code !== 0) throw new Error(`promtool: ${made.output}`)
  const config = join(directory, 'reference.yml')
  // Subqueries without a step take the global evaluation interval.
  writeFileSync(config, 'global: {evaluation_interval: 1m}\n')
  const port = await freePort()
  const running = start(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${blocks}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { lasting: true },
  )
  const base = `http://127.0.0.1:${port}`
  await ready(base, running)
  return { base, running }
}

/** A store with some of the samples in blocks and the rest in memory. */
export async function openOurs(
  directory: string,
  groups: readonly TestGroup[],
): Promise<{ engine: Engine; store: Tsdb }> {
  const world = realWorld({ level: 'error', format: 'logfmt' })
  const store = await Tsdb.open(world, {
    path: join(directory, 'ours'),
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 30 * MINUTE_MS,
    maxBlockMs: 60 * MINUTE_MS,
    walSync: 'never',
    maxFutureMs: 10 * MINUTE_MS,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  await appendAll(store, groups, () => store.maintain())
  const engine = createEngine(store, {
    clock: world.clock,
    kernel: createKernel(),
    lookbackMs: 5 * MINUTE_MS,
    timeoutMs: 2 * MINUTE_MS,
    maxSamples: 50_000_000,
    defaultSubqueryStepMs: MINUTE_MS,
    features: new Set(['promql-experimental-functions']),
  })
  return { engine, store }
}
