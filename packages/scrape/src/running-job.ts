// A job with its running discoverers. Findings are noted as they come and taken together a moment later.
//
// After a reload nothing may vanish only because its discoverer has not spoken yet, and nothing may stay because it never
// will. What a discoverer of the same settings had found is its successor's until that speaks. What others of its kind had
// found, whose settings have changed, stays until all of the kind have spoken, and for a minute at most. The rest goes.

import type { ScrapeSettings } from '@pharos/config'
import { background } from '@pharos/base'
import type { Clock, Logger, Timer } from '@pharos/base'
import type { Discoverer, TargetGroup } from '@pharos/model'
import { BEFORE_MS_MAX } from './limits.ts'
import type { ScrapePool } from './scrape-pool.ts'

interface JobWorld {
  readonly clock: Clock
  readonly log: Logger
}

/** A discoverer of this run and what it has found. */
interface Finder {
  readonly identity: string | undefined
  readonly kind: string
  /** By source. While it is silent: what its predecessor had found. */
  groups: Map<string, TargetGroup>
  isSilent: boolean
}

export class RunningJob {
  readonly pool: ScrapePool
  readonly #world: JobWorld
  #run = new AbortController()
  #finders: readonly Finder[] = []
  /** By kind: groups of the run before that no finder of this one has taken over. */
  #before = new Map<string, readonly TargetGroup[]>()
  #forgetting: Timer | undefined
  #pending: Timer | undefined

  constructor(pool: ScrapePool, world: JobWorld) {
    this.pool = pool
    this.#world = world
  }

  apply(settings: ScrapeSettings, discoverers: readonly Discoverer[]): void {
    this.#run.abort()
    const run = new AbortController()
    this.#run = run
    this.#succeed(discoverers)
    this.pool.reconfigure(settings)
    discoverers.forEach((discoverer, i) => {
      const found = (groups: readonly TargetGroup[]): void => {
        if (!run.signal.aborted) this.#note(this.#finders[i]!, groups)
      }
      background(
        `discovery of ${settings.jobName}`,
        discoverer.run(found, run.signal),
        this.#world.log,
      )
    })
    this.#syncSoon()
  }

  close(): void {
    this.#end()
    this.pool.close()
  }

  /** Looks again at which targets are scraped here. */
  redistribute(): void {
    this.#syncSoon()
  }

  async stop(): Promise<void> {
    this.#end()
    await this.pool.stop()
  }

  #end(): void {
    this.#run.abort()
    this.#pending?.cancel()
    this.#forgetting?.cancel()
  }

  /** Puts the finders of a new run in the places of those before. */
  #succeed(discoverers: readonly Discoverer[]): void {
    const left = new Set(this.#finders)
    const next = discoverers.map(({ identity }): Finder => {
      const same = [...left].find((one) => identity !== undefined && one.identity === identity)
      if (same !== undefined) left.delete(same)
      const groups = same?.groups ?? new Map<string, TargetGroup>()
      return { identity, kind: kindOf(identity), groups: new Map(groups), isSilent: true }
    })
    const before = new Map<string, readonly TargetGroup[]>()
    for (const kind of new Set(next.map((one) => one.kind))) {
      const kept = [...(this.#before.get(kind) ?? [])]
      for (const one of left) if (one.kind === kind) kept.push(...one.groups.values())
      if (kept.length > 0) before.set(kind, kept)
    }
    this.#finders = next
    this.#before = before
    this.#forgetting?.cancel()
    this.#forgetting = undefined
    if (before.size === 0) return
    this.#forgetting = this.#world.clock.after(BEFORE_MS_MAX, () => {
      this.#before.clear()
      this.#syncSoon()
    })
  }

  #note(finder: Finder, groups: readonly TargetGroup[]): void {
    if (finder.isSilent) finder.groups = new Map()
    finder.isSilent = false
    for (const group of groups) {
      if (group.targets.length === 0) finder.groups.delete(group.source)
      else finder.groups.set(group.source, group)
    }
    this.#syncSoon()
  }

  #syncSoon(): void {
    this.#pending ??= this.#world.clock.after(0, () => {
      this.#pending = undefined
      for (const kind of this.#before.keys())
        if (!this.#finders.some((one) => one.isSilent && one.kind === kind))
          this.#before.delete(kind)
      this.pool.sync(this.#current())
    })
  }

  #current(): TargetGroup[] {
    const found = this.#finders.flatMap(({ groups }) => [...groups.values()])
    return [...[...this.#before.values()].flat(), ...found]
  }
}

function kindOf(identity: string | undefined): string {
  return identity === undefined ? '' : identity.slice(0, identity.indexOf(' '))
}
