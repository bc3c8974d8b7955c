import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, type World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { Labels } from '@pharos/model'
import { AppendOutcome, type GroupAppender, Tsdb, type TsdbOptions } from '@pharos/tsdb'
import type { Bench, Size } from './measure.ts'

const STEP_MS = 15_000

/** A third of the columns stand still, a third count, a third move as measured values do. */
function fillRow(row: Float64Array, group: number, step: number): void {
  for (let column = 0; column < row.length; column++) {
    const kind = column % 3
    if (kind === 0) row[column] = column
    else if (kind === 1) row[column] = step * (column + 1) + group
    else row[column] = Math.round(Math.sin(step / 20 + column) * 1e6) / 1000
  }
}

function openGroups(tsdb: Tsdb, groups: number, columns: number): GroupAppender[] {
  return Array.from({ length: groups }, (_, g) => {
    const group = tsdb.group(Labels.from({ job: 'bench', instance: `host-${g}:9100` }), 'scrape')
    for (let c = 0; c < columns; c++) {
      group.column(
        Labels.from({
          __name__: `metric_${c % 100}_total`,
          job: 'bench',
          instance: `host-${g}:9100`,
          route: `r${c}`,
        }),
      )
    }
    return group
  })
}

const world = (): World => ({ ...realWorld(), log: silentLogger })

function optionsOf(path: string): TsdbOptions {
  return {
    path,
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 7_200_000,
    maxBlockMs: 64_800_000,
    walSync: 'interval',
    maxFutureMs: 600_000,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  }
}

function bytesBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export const bench: Bench = {
  question:
    'What does a sample cost to store, log and sealing included, and how many bytes does it take?',
  async run(size: Size) {
    const [groups, columns, rows] = size === 'smoke' ? [2, 100, 130] : [50, 1000, 480]
    const path = mkdtempSync(join(tmpdir(), 'bench-append-'))
    const tsdb = await Tsdb.open(world(), optionsOf(path))
    const appenders = openGroups(tsdb, groups, columns)
    const row = new Float64Array(columns)
    const startMs = Date.now() - rows * STEP_MS
    const before = cpuMs()
    let filling = 0
    for (let step = 0; step < rows; step++) {
      for (const [g, appender] of appenders.entries()) {
        const at = performance.now()
        fillRow(row, g, step)
        filling += performance.now() - at
        if (appender.appendRow(startMs + step * STEP_MS, row) !== AppendOutcome.ok)
          throw new Error(`row ${step} was refused`)
      }
      // The log's writer gets its turn, as it does between scrapes.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await tsdb.sync()
    const appendMs = cpuMs() - before - filling
    await tsdb.maintain()
    await tsdb.close()
    const totalMs = cpuMs() - before - filling
    const samples = groups * columns * rows
    const bytes = bytesBelow(path)
    const reopened = performance.now()
    const again = await Tsdb.open(world(), optionsOf(path))
    const openMs = performance.now() - reopened
    await again.close()
    rmSync(path, { recursive: true, force: true })
    return [
      `${samples} samples in ${groups} groups of ${columns} series, rows every ${STEP_MS / 1000} s`,
      `append and log ${((appendMs * 1e6) / samples).toFixed(0)} ns a sample, with upkeep and close ${((totalMs * 1e6) / samples).toFixed(0)} ns (CPU)`,
      `${(bytes / samples).toFixed(2)} bytes a sample on disk after close, opened again in ${openMs.toFixed(0)} ms`,
    ]
  },
}
