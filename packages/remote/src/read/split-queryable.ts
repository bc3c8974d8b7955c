// Queries over what is here and what is elsewhere: recent samples from the own store, older ones from others.
//
//   |<──────────── asked of the others ───────────>|
//   |  older                                       boundary        recent                              now
//                                                  |<──────────────── asked of the own store ─────────>|
//
// The boundary is where the own store surely has everything; a source with `readRecent` is asked for all of the range. An
// answer that lacks a source says so in a warning, one that has samples of it says that in an info.

import { type Logger, messageOf } from '@pharos/base'
import { compareText, type Labels, LabelsBuilder, Matcher } from '@pharos/model'
import type { LabelList, Querier, SelectHints, SeriesGroup } from '@pharos/tsdb'
import { mergedGroups } from './merged-groups.ts'
import type { ReadQuery } from './read-message.ts'
import type { ReadSource } from './read-source.ts'
import { groupsOf, type SeriesColumns } from './series-samples.ts'

/** A source and what it is asked for. */
export interface ReadPlace {
  readonly source: ReadSource
  /** Asked for what the own store has too. */
  readonly readsRecent: boolean
  /** Added to the boundary, ms. */
  readonly marginMs: number
  /** It is asked only by queries that have these as equality matchers. */
  readonly requiredMatchers: readonly (readonly [string, string])[]
  /** Labels that are on everything that is stored there, and on nothing here. */
  readonly externalLabels: Labels
}

/** A selection that says for people where its samples come from. */
interface SplitSelection {
  readonly groups: readonly SeriesGroup[]
  readonly warnings: readonly string[]
  readonly infos?: readonly string[]
}

interface SplitQuerier extends Querier {
  select(matchers: readonly Matcher[], hints: SelectHints): Promise<SplitSelection>
}

interface SplitSettings {
  /** The own store. */
  readonly local: (minMs: number, maxMs: number) => Querier
  readonly places: () => readonly ReadPlace[]
  /** From here on the own store has everything, ms since 1970. */
  readonly boundaryMs: () => number
  readonly log: Logger
}

export class SplitQueryable {
  readonly #settings: SplitSettings

  constructor(settings: SplitSettings) {
    this.#settings = settings
  }

  /** A view on the samples in [minMs, maxMs]. Close it. */
  querier(minMs: number, maxMs: number): SplitQuerier {
    const { local, places, boundaryMs, log } = this.#settings
    const own = local(minMs, maxMs)
    const asked = places()
    if (asked.length === 0) return own
    const boundary = boundaryMs()
    const ranges = asked
      .map((place) => ({
        place,
        startMs: minMs,
        endMs: place.readsRecent ? maxMs : Math.min(maxMs, boundary + place.marginMs - 1),
      }))
      .filter(({ startMs, endMs }) => startMs <= endMs)
    return ranges.length === 0 ? own : new MergingQuerier(own, ranges, log)
  }
}

interface AskedPlace {
  readonly place: ReadPlace
  readonly startMs: number
  readonly endMs: number
}

class MergingQuerier implements SplitQuerier {
  readonly #own: Querier
  readonly #asked: readonly AskedPlace[]
  readonly #log: Logger

  constructor(own: Querier, asked: readonly AskedPlace[], log: Logger) {
    this.#own = own
    this.#asked = asked
    this.#log = log
  }

  async select(matchers: readonly Matcher[], hints: SelectHints): Promise<SplitSelection> {
    const warnings: string[] = []
    const infos: string[] = []
    const [own, ...others] = await Promise.all([
      this.#own.select(matchers, hints),
      ...this.#asked.map(async (asked) => this.#fetched(asked, matchers, hints, warnings, infos)),
    ])
    return {
      groups: mergedGroups([own.groups, ...others.map(groupsOf)]),
      warnings: [...own.warnings, ...warnings],
      infos,
    }
  }

  labelNames(matchers: readonly Matcher[], limit: number): Promise<LabelList> {
    return this.#list(
      this.#own.labelNames(matchers, 0),
      matchers,
      limit,
      async (source, query, added) => {
        const names = (await source.labelNames?.(query)) ?? []
        return names.filter((name) => !added.includes(name))
      },
    )
  }

  labelValues(name: string, matchers: readonly Matcher[], limit: number): Promise<LabelList> {
    return this.#list(
      this.#own.labelValues(name, matchers, 0),
      matchers,
      limit,
      async (source, query, added) =>
        added.includes(name) ? [] : ((await source.labelValues?.(name, query)) ?? []),
    )
  }

  close(): void {
    this.#own.close()
  }

  /** Nothing, and a warning, when it cannot be had. */
  async #fetched(
    { place, startMs, endMs }: AskedPlace,
    matchers: readonly Matcher[],
    hints: SelectHints,
    warnings: string[],
    infos: string[],
  ): Promise<readonly SeriesColumns[]> {
    const { source } = place
    const query = queryFor(place, matchers, {
      startMs: Math.max(startMs, hints.startMs),
      endMs: Math.min(endMs, hints.endMs),
    })
    if (query === undefined || query.startMs > query.endMs) return []
    try {
      const found = await source.fetch(query, hints)
      const all = withoutAdded(found, query.added)
      if (all.some(({ times }) => times.length > 0))
        infos.push(`samples up to ${new Date(query.endMs).toISOString()} come from ${source.name}`)
      return all
    } catch (error) {
      const err = messageOf(error)
      warnings.push(`remote read of ${source.name} failed, the answer lacks its samples: ${err}`)
      this.#log.warn('remote read failed', { name: source.name, err })
      return []
    }
  }

  async #list(
    own: Promise<LabelList>,
    matchers: readonly Matcher[],
    limit: number,
    ask: (
      source: ReadSource,
      query: ReadQuery,
      added: readonly string[],
    ) => Promise<readonly string[]>,
  ): Promise<LabelList> {
    const warnings: string[] = []
    const lists = await Promise.all(
      this.#asked.map(async ({ place, startMs, endMs }) => {
        const query = queryFor(place, matchers, { startMs, endMs })
        if (query === undefined) return []
        try {
          return await ask(place.source, query, query.added)
        } catch (error) {
          warnings.push(
            `remote read of ${place.source.name} failed, the answer lacks its labels: ${messageOf(error)}`,
          )
          return []
        }
      }),
    )
    const { values, warnings: ownWarnings } = await own
    const all = [...new Set([...values, ...lists.flat()])].sort(compareText)
    return {
      values: limit > 0 ? all.slice(0, limit) : all,
      warnings: [...ownWarnings, ...warnings],
    }
  }
}

/** Undefined: the place is not asked. @source remote.querier and remote.requiredMatchersQuerier */
function queryFor(
  { requiredMatchers, externalLabels }: ReadPlace,
  matchers: readonly Matcher[],
  range: { readonly startMs: number; readonly endMs: number },
): (ReadQuery & { readonly added: readonly string[] }) | undefined {
  const isWanted = requiredMatchers.every(([name, value]) =>
    matchers.some((one) => one.type === '=' && one.name === name && one.value === value),
  )
  if (!isWanted) return undefined
  const added = [...externalLabels].filter(([name]) => !matchers.some((one) => one.name === name))
  return {
    ...range,
    matchers: [...matchers, ...added.map(([name, value]) => new Matcher('=', name, value))],
    added: added.map(([name]) => name),
  }
}

function withoutAdded(
  all: readonly SeriesColumns[],
  added: readonly string[],
): readonly SeriesColumns[] {
  if (added.length === 0) return all
  return all.map((one) => {
    const builder = new LabelsBuilder(one.labels)
    for (const name of added) builder.delete(name)
    return { ...one, labels: builder.labels() }
  })
}
