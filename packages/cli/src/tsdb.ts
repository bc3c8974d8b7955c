// `pharos tsdb`: a look at a data directory that no server has open, and what moves samples in and out of it. Only the latter
// write. Where promtool has the command, its output is the same.
import { UserError } from '@pharos/base'
import { createRealDisk, realClock, realWorld } from '@pharos/base/node'
import { parseSelector } from '@pharos/promql'
import { ReadOnlyTsdb, Tsdb, type TsdbOptions } from '@pharos/tsdb'
import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'
import { exportPrometheus, importPrometheus } from './tsdb-import.ts'
import { ALL_MS } from './tsdb-source.ts'
import { addTsdbViews, timeOf } from './tsdb-view.ts'

export function fillTsdb(tsdb: Command, terminal: Terminal, done: (code: number) => void): void {
  const open = async (
    directory: string,
    look: (store: ReadOnlyTsdb) => Promise<number> | number,
  ): Promise<void> => {
    const disk = createRealDisk()
    const store = await ReadOnlyTsdb.open({ clock: realClock, disk }, directory)
    try {
      done(await look(store))
    } finally {
      store.close()
    }
  }
  tsdb
    .command('verify')
    .description(
      'read every record and compare every checksum; exit code 1 when anything is damaged',
    )
    .argument('<directory>')
    .action((directory: string) => open(directory, (store) => verify(store, terminal)))
  addTsdbViews(tsdb, terminal, done)
  addMoves(tsdb, terminal, done)
}

/** What changes a data directory, or makes one. */
function addMoves(tsdb: Command, terminal: Terminal, done: (code: number) => void): void {
  tsdb
    .command('repair')
    .description('set damaged files aside and keep what can be read of them')
    .argument('<directory>')
    .action(async (directory: string) => done(await repair(directory, terminal)))
  tsdb
    .command('undelete')
    .description('take deletions back whose samples are still in the files')
    .argument('<directory>')
    .requiredOption('--match <selector>', 'of the deletion, as it was given')
    .action(async (directory: string, { match }: { match: string }) =>
      done(await undelete(directory, match, terminal)),
    )
  tsdb
    .command('import-prometheus')
    .description("copy the blocks of a Prometheus' data directory or snapshot into one of ours")
    .argument('<from>', 'with block directories in it')
    .argument('<to>', 'data directory, made when it is missing')
    .action(async (from: string, to: string) => done(await importPrometheus(from, to, terminal)))
  tsdb
    .command('export-prometheus')
    .description('write samples as blocks that Prometheus opens')
    .argument('<from>', 'data directory')
    .argument('<to>', 'directory for the blocks')
    .option('--min-time <ms>', 'first time', String(-ALL_MS))
    .option('--max-time <ms>', 'last time', String(ALL_MS))
    .option('--match <selector>', 'which series', '{__name__=~"(?s:.*)"}')
    .action(async (from: string, to: string, options: RangeOptions) => {
      const [minMs, maxMs] = [timeOf(options.minTime), timeOf(options.maxTime)]
      const matchers = parseSelector(options.match)
      done(await exportPrometheus(from, to, matchers, minMs, maxMs, terminal))
    })
}

/** Works on a directory as a server would, and gives it back. */
async function changed(directory: string, work: (db: Tsdb) => Promise<number>): Promise<number> {
  const world = realWorld()
  if ((await world.disk.stat(directory)) === undefined) {
    throw new UserError('flag/invalid', `${directory}: no data directory`)
  }
  const db = await Tsdb.open(world, repairOptions(directory))
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

function repair(directory: string, terminal: Terminal): Promise<number> {
  return changed(directory, async (db) => {
    const repaired = await db.repair()
    for (const name of repaired) terminal.write(`${name}: rewritten without what was damaged\n`)
    terminal.write(
      `${repaired.length} files rewritten; what was set aside is in ${directory}/quarantine\n`,
    )
    return 0
  })
}

/** @returns 1 when no deletion has these matchers */
function undelete(directory: string, match: string, terminal: Terminal): Promise<number> {
  const matchers = parseSelector(match)
  return changed(directory, async (db) => {
    const count = await db.undeleteSeries([matchers])
    terminal.write(`${count} deletions taken back\n`)
    return count > 0 ? 0 : 1
  })
}

/** Nothing expires and nothing is refused while a directory is repaired. */
function repairOptions(path: string): TsdbOptions {
  return {
    path,
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 2 * 3_600_000,
    maxBlockMs: 2 * 3_600_000,
    walSync: 'interval',
    maxFutureMs: 0,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  }
}

interface RangeOptions {
  readonly minTime: string
  readonly maxTime: string
  readonly match: string
}

function verify(store: ReadOnlyTsdb, terminal: Terminal): number {
  const tiles = store.verify()
  const { damages, fileCount } = store
  for (const { file, what } of damages) terminal.write(`DAMAGED ${file}: ${what}\n`)
  terminal.write(
    damages.length === 0
      ? `${fileCount} files, ${tiles} tiles of blocks: every checksum is right\n`
      : `${fileCount} files, ${tiles} tiles of blocks: ${damages.length} damages\n`,
  )
  return damages.length === 0 ? 0 : 1
}
