// Opens a data directory: blocks, then segments, then what only the WAL knows.

import { type Clock, type Logger, messageOf, OutsideError, Pace, type World } from '@pharos/base'
import { Administration } from './administration.ts'
import { BlockStore } from './block/block-store.ts'
import { ShapeTable } from './catalog/shape.ts'
import { makeDurableDirectory } from './durable-directory.ts'
import { noteBlocks } from './head/coverage.ts'
import { ExemplarRing } from './head/exemplar-ring.ts'
import { Head } from './head/head.ts'
import { Segments } from './head/segments.ts'
import { EXEMPLARS, SLICE_MS, START_SLICE_MS } from './limits.ts'
import { Maintenance } from './maintenance.ts'
import { MetadataStore } from './metadata-store.ts'
import { replayWal } from './open-wal.ts'
import { Quarantine } from './quarantine.ts'
import { readReplayMarker, ReplayBudget } from './replay-budget.ts'
import type { TsdbOptions } from './tsdb-options.ts'
import { TileCodec } from './tile/tile-codec.ts'
import { Tombstones } from './tombstones.ts'
import { emptyStats, type ReplayStatus, type TsdbStats } from './tsdb-status.ts'
import { Wal } from './wal/wal.ts'
import { WalHeader } from './wal/wal-header.ts'
import { RowCodec } from './wal/row-record.ts'
import type { ReplayTarget } from './wal/wal-replay.ts'

/** What the store uses of the outside world. */
export type TsdbWorld = Pick<World, 'clock' | 'disk' | 'log' | 'random'>

export interface Store {
  readonly clock: Clock
  readonly log: Logger
  /** In force now: a reload changes some of them. */
  readonly options: TsdbOptions
  readonly stats: TsdbStats
  readonly codec: TileCodec
  readonly head: Head
  readonly wal: Wal
  readonly segments: Segments
  readonly blocks: BlockStore
  readonly exemplars: ExemplarRing
  readonly metadata: MetadataStore
  readonly maintenance: Maintenance
  readonly administration: Administration
  readonly replayStatus: ReplayStatus
  readonly unreadWal: ReadonlySet<number>
  readonly lock: { release(): Promise<void> }
}

const FOLDERS = ['wal', 'head', 'blocks'] as const
/** Names that may stand in a data directory beside the folders. */
const KNOWN: ReadonlySet<string> = new Set<string>([
  ...FOLDERS,
  'lock',
  'quarantine',
  'snapshots',
  'tombstones',
  'queries.active',
  'replaying',
  'lost+found',
  // What other rooms keep beside the store.
  'alerts.json',
  'alertmanager',
  'dashboards',
  'demo',
  'pushgateway.journal',
  'pushgateway.journal.lock',
  'registry',
  'remote',
  'rules',
])

export async function openStore(
  world: TsdbWorld,
  options: TsdbOptions,
  onReplay: (status: ReplayStatus) => void,
): Promise<Store> {
  const { disk } = world
  const log = world.log.component('tsdb')
  await makeFolders(world, options.path, log)
  const lock = await disk.lock(`${options.path}/lock`)
  try {
    for (const name of await disk.list(options.path)) {
      if (!KNOWN.has(name)) log.warn('unknown name in the data directory left alone', { name })
    }
    return { ...(await openParts({ ...world, log }, options, onReplay)), lock }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** A full disk does not keep a store with its folders from opening. */
async function makeFolders({ disk }: TsdbWorld, path: string, log: Logger): Promise<void> {
  try {
    await makeDurableDirectory(disk, path)
    for (const folder of FOLDERS) await makeDurableDirectory(disk, `${path}/${folder}`)
  } catch (error) {
    const code = error instanceof OutsideError ? error.code : 'tsdb/open'
    log.error('data directory cannot be used', { path, err: messageOf(error) })
    throw new OutsideError(code, `data directory ${path}: ${messageOf(error)}`, { cause: error })
  }
}

async function openParts(
  world: TsdbWorld,
  givenOptions: TsdbOptions,
  onReplay: (status: ReplayStatus) => void,
): Promise<Omit<Store, 'lock'>> {
  const { clock, disk, log, random } = world
  const options = { ...givenOptions }
  const { path } = options
  const stats = emptyStats()
  const shapes = new ShapeTable()
  const codec = new TileCodec()
  const rows = new RowCodec(codec.kernel)
  const quarantine = new Quarantine(`${path}/quarantine`, disk, log)
  const head = new Head({ clock, options, stats, shapes, decoder: codec.decoder, rows })
  const exemplars = new ExemplarRing(options.maxExemplars ?? EXEMPLARS)
  const metadata = new MetadataStore()
  const pace = new Pace(clock, SLICE_MS)
  const startPace = new Pace(clock, START_SLICE_MS)
  const shared = { rows, disk, clock, random, log, pace, stats, shapes, codec, quarantine, head }
  const blocks = new BlockStore({ ...shared, folder: `${path}/blocks` })
  const tombstones = new Tombstones({ path: `${path}/tombstones`, disk, log, quarantine })
  await tombstones.open()
  await blocks.open(startPace)
  const coverage = noteBlocks(head, blocks.blocks)
  const segments = new Segments({ ...shared, folder: `${path}/head` })
  const left = await readReplayMarker(path, disk, log)
  await segments.open(blocks, usedNames(blocks, tombstones), startPace, left?.firstSegment)
  head.beginReplay(coverage)
  const budget = new ReplayBudget({ ...shared, path, segments, memory: options.memory, left })
  let replayStatus: ReplayStatus = { current: 0, last: 0, isDone: false }
  const { next, unread: unreadWal } = await replayWal(
    { path: `${path}/wal`, disk, log, stats, quarantine },
    replayTarget({ ...shared, exemplars, metadata }),
    tombstones,
    (current, last) => onReplay((replayStatus = { current, last, isDone: false })),
    budget,
    startPace,
  )
  head.endReplay()
  budget.end()
  await budget.settle()
  onReplay((replayStatus = { ...replayStatus, isDone: true }))
  exemplars.endReplay()
  const header = new WalHeader({ exemplars, metadata, pace, log })
  const wal: Wal = new Wal(`${path}/wal`, next, options.walSync, {
    ...shared,
    relog: () => head.relog(),
    beginHeader: () => header.begin(wal),
    writeHeader: () => header.write(wal),
    changed: () => maintenance.updateReadOnly(),
  })
  const parts = { ...shared, options, wal, segments, blocks, tombstones, unreadWal, budget, header }
  const maintenance: Maintenance = new Maintenance(parts)
  const administration = new Administration({ ...parts, path, maintenance })
  administration.attach()
  head.wal = wal
  header.begin(wal)
  await maintenance.measure()
  return { ...parts, exemplars, metadata, maintenance, administration, replayStatus }
}

function replayTarget({
  exemplars,
  metadata,
  ...head
}: Pick<Store, 'head' | 'log' | 'exemplars' | 'metadata'> & {
  readonly rows: RowCodec
  readonly shapes: ShapeTable
}): ReplayTarget {
  return {
    ...head,
    exemplar: (stored) => exemplars.replay(stored),
    metadata(entries) {
      for (const [name, one] of entries) metadata.set(name, one, undefined)
    },
  }
}

/** Names of segments that blocks replaced, or that deletions name. */
function usedNames({ blocks }: BlockStore, { all }: Tombstones): string[] {
  return [
    ...blocks.flatMap(({ meta }) => meta.compaction.sources),
    ...all.flatMap(({ files }) => [...files]),
  ]
}
