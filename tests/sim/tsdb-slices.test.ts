// What happens between two slices of upkeep. Rounds, deletions, clean-ups, snapshots and repairs stop after next to nothing,
// and in every stop rows and late samples are appended, series come and go, and queries ask: each of them must see what a
// store without slices would show, and one that was begun before keeps what it had. `SEEDS=100` tells more stories.
import { type SimDisk, SimRandom, type SimWorld, simWorld } from '@pharos/base/sim'
import { Matcher } from '@pharos/model'
import { type Querier, Tsdb } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { slicedClock } from '../../packages/tsdb/src/testing/sliced-clock.ts'
import {
  type Content,
  contentOf,
  everything,
  options,
} from '../../packages/tsdb/src/testing/store.ts'
import { missing, Workload } from '../../packages/tsdb/src/testing/workload.ts'
import { less, matching, merge } from './content.ts'

const FIRST = Number(process.env['SEED'] ?? 1)
const COUNT = Number(process.env['SEEDS'] ?? 6)
const MINUTE_MS = 60_000
/** A slice ends at so many of the looks at the clock. */
const CHANCE = 0.3

const TARGETS: readonly (readonly Matcher[])[] = [
  [new Matcher('=', '__name__', 'metric_3')],
  [new Matcher('=', 'job', 'job0')],
  [new Matcher('=~', '__name__', 'metric_[01]')],
  [new Matcher('=~', 'code', '1.*')],
]

interface Count {
  rests: number
  queries: number
  held: number
  deletions: number
  samples: number
}

const copyOf = (content: Content): Content =>
  new Map([...content].map(([name, samples]) => [name, new Map(samples)]))

class Story {
  readonly #world: SimWorld
  readonly #random: SimRandom
  readonly #count: Count
  readonly #where: string
  #db!: Tsdb
  #work!: Workload
  /** Their deletion was answered. */
  readonly #hidden: Content = new Map()
  /** They came while a deletion of theirs went on: it may have found them or not. */
  readonly #undecided: Content = new Map()
  /** What a deletion that goes on may hide at any moment. */
  #leaving: readonly Matcher[] | undefined
  #held: { readonly querier: Querier; readonly content: Content } | undefined
  #isIdle = true

  constructor(seed: number, count: Count) {
    this.#world = simWorld({ seed })
    this.#random = new SimRandom(seed)
    this.#count = count
    this.#where = `seed ${seed}`
  }

  async tell(): Promise<SimDisk> {
    const { clock } = this.#world
    const sliced = slicedClock(clock, new SimRandom(this.#random.int(1e9)), CHANCE, () =>
      this.#between(),
    )
    const settings = options({
      minBlockMs: MINUTE_MS,
      maxBlockMs: 9 * MINUTE_MS,
      outOfOrderMs: this.#random.chance(0.5) ? 3 * MINUTE_MS : 0,
    })
    this.#db = await Tsdb.open({ ...this.#world, clock: sliced }, settings)
    this.#work = new Workload(this.#db, clock, this.#random, settings.outOfOrderMs)
    for (let i = 8 + this.#random.int(8); i > 0; i--) {
      for (let n = 2 + this.#random.int(12); n > 0; n--) {
        await clock.advance(1000 + this.#random.int(9000))
        this.#work.write()
      }
      this.#isIdle = false
      await this.#upkeep()
      this.#isIdle = true
      await this.#letGo()
      await this.#ask()
    }
    await this.#db.sync()
    const synced = copyOf(this.#work.taken)
    this.#isIdle = false
    if (this.#random.chance(0.5)) await this.#db.close()
    const left = this.#world.disk.crash()
    const again = await Tsdb.open({ ...this.#world, disk: left }, settings)
    this.#compare(await everything(again), synced, 'after a restart', this.#work.taken)
    for (const samples of synced.values()) this.#count.samples += samples.size
    await again.close()
    return left
  }

  async #upkeep(): Promise<void> {
    const db = this.#db
    const kind = this.#random.int(8)
    if (kind < 4) return db.maintain()
    if (kind === 4) return db.cleanTombstones()
    if (kind === 5) return this.#snapshot()
    if (kind === 6) return void (await db.repair())
    return this.#delete()
  }

  async #delete(): Promise<void> {
    this.#count.deletions++
    const target = TARGETS[this.#random.int(TARGETS.length)]!
    const found = matching(this.#work.taken, target)
    this.#leaving = target
    await this.#db.deleteSeries([target], -1e15, 1e15)
    this.#leaving = undefined
    merge(this.#hidden, found)
    merge(this.#undecided, less(matching(this.#work.taken, target), found))
  }

  async #snapshot(): Promise<void> {
    const before = copyOf(this.#work.taken)
    const name = await this.#db.snapshot(false)
    const path = `/data/snapshots/${name}`
    const copy = await Tsdb.open(this.#world, options({ path, minBlockMs: MINUTE_MS }))
    const content = await everything(copy)
    await copy.close()
    const wanted = less(less(before, this.#hidden), this.#undecided)
    isBetween(content, wanted, less(this.#work.taken, this.#hidden), `a snapshot: ${this.#where}`)
  }

  async #between(): Promise<void> {
    this.#count.rests++
    if (this.#isIdle) return
    const random = this.#random
    if (random.chance(0.1)) await this.#world.clock.advance(random.int(3000))
    if (random.chance(0.3)) this.#work.write()
    if (random.chance(0.2)) await this.#ask()
    if (random.chance(0.1)) await this.#letGo()
    // What a deletion hides it hides from those who ask already, too.
    if (this.#held === undefined && this.#leaving === undefined && random.chance(0.1)) {
      this.#held = { querier: this.#db.querier(-1e15, 1e15), content: copyOf(this.#work.taken) }
    }
  }

  async #ask(): Promise<void> {
    this.#count.queries++
    this.#compare(await everything(this.#db), this.#work.taken, 'between slices')
  }

  /** A query that was begun some slices ago sees what there was then. */
  async #letGo(): Promise<void> {
    if (this.#held === undefined) return
    const { querier, content } = this.#held
    this.#held = undefined
    this.#count.held++
    this.#compare(await contentOf(querier), content, 'in a query begun before')
    querier.close()
  }

  /** @param perhaps  what may be there beside it */
  #compare(shown: Content, taken: Content, when: string, perhaps: Content = taken): void {
    let wanted = less(less(taken, this.#hidden), this.#undecided)
    if (this.#leaving !== undefined) wanted = less(wanted, matching(wanted, this.#leaving))
    isBetween(shown, wanted, less(perhaps, this.#hidden), `${when}: ${this.#where}`)
  }
}

function isBetween(shown: Content, wanted: Content, allowed: Content, where: string): void {
  expect(missing(wanted, shown).slice(0, 5), `lost, ${where}`).toEqual([])
  expect(missing(shown, allowed).slice(0, 5), `came back or invented, ${where}`).toEqual([])
}

test(`${COUNT} stories from seed ${FIRST}: between slices of upkeep all is as without slices`, async () => {
  const count: Count = { rests: 0, queries: 0, held: 0, deletions: 0, samples: 0 }
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) await new Story(seed, count).tell()
  expect(count.rests).toBeGreaterThan(100 * COUNT)
  expect(count.queries).toBeGreaterThan(10 * COUNT)
  expect(count.held).toBeGreaterThan(COUNT)
  console.log(
    `${COUNT} stories from seed ${FIRST}: ${count.rests} rests, ${count.queries} queries, ${count.held} of them begun before, ` +
      `${count.deletions} deletions, ${count.samples} samples`,
  )
}, 3_600_000)
