// Collects the tiles of a selection group by group, and sees to it that a label set comes out once even when
// two groups have it.

import type { Labels } from '@pharos/model'
import type { Layout } from '../catalog/layout.ts'
import { seriesLabels, type Shape } from '../catalog/shape.ts'
import type { SeriesGroup } from '../querier.ts'
import { GroupView, type Piece } from './group-view.ts'
import type { Part } from './part.ts'

interface Collected {
  readonly key: Labels
  readonly shapes: Shape[]
  readonly seriesOf: Map<Shape, number>
  readonly parts: {
    readonly part: Part
    readonly columns: Int32Array
    readonly series: Int32Array
  }[]
  /** Series of each distinct list of columns; lists are shared between tiles. */
  readonly known: Map<Int32Array, Int32Array>
}

export class SelectionBuilder {
  readonly #groups = new Map<string, Collected>()
  /** Names that the shapes of a list of columns set or remove. */
  readonly #namesOf = new Map<Int32Array, ReadonlySet<string>>()

  /** `part` undefined: the series are wanted, their samples are not. */
  add(
    name: string,
    key: Labels,
    layout: Layout,
    columns: Int32Array,
    part: Part | undefined,
  ): void {
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = { key, shapes: [], seriesOf: new Map(), parts: [], known: new Map() }
      this.#groups.set(name, group)
    }
    let series = group.known.get(columns)
    if (series === undefined) {
      const { shapes, seriesOf } = group
      series = columns.map((column) => {
        const shape = layout.shapes[column]!
        const there = seriesOf.get(shape)
        if (there !== undefined) return there
        seriesOf.set(shape, shapes.length)
        return shapes.push(shape) - 1
      })
      group.known.set(columns, series)
      if (!this.#namesOf.has(columns)) this.#namesOf.set(columns, namesIn(layout, columns))
    }
    if (part !== undefined) group.parts.push({ part, columns, series })
  }

  groups(): SeriesGroup[] {
    const buckets = new Map<string, GroupView[]>()
    const names = this.#namesInShapes()
    for (const group of this.#groups.values()) {
      const { key } = group
      // Labels that no shape touches tell groups apart; only groups with the same of them can meet.
      const signature = this.#groups.size > 1 ? key.without([...names]).key : ''
      const bucket = buckets.get(signature)
      if (bucket === undefined) buckets.set(signature, [view(group)])
      else bucket.push(view(group))
    }
    return [...buckets.values()].flatMap((bucket) =>
      bucket.length === 1 ? bucket : withoutTwins(bucket),
    )
  }

  #namesInShapes(): ReadonlySet<string> {
    const names = new Set<string>()
    if (this.#groups.size > 1) {
      for (const some of this.#namesOf.values()) for (const name of some) names.add(name)
    }
    return names
  }
}

function namesIn(layout: Layout, columns: Int32Array): ReadonlySet<string> {
  const names = new Set<string>()
  for (const column of columns) {
    const { own, removed } = layout.shapes[column]!
    for (let i = 0; i < own.flat.length; i += 2) names.add(own.flat[i]!)
    for (const name of removed) names.add(name)
  }
  return names
}

function view({ key, shapes, parts }: Collected): GroupView {
  const pieces = parts.map(({ part, columns, series }): Piece => {
    const columnOf = new Int32Array(shapes.length).fill(-1)
    for (let i = 0; i < columns.length; i++) columnOf[series[i]!] = columns[i]!
    return { part, columns: columnOf }
  })
  return new GroupView(shapes.length, (series) => seriesLabels(key, shapes[series]!), pieces)
}

/** Takes series that several groups have out of them and joins them in groups of their own. */
function withoutTwins(views: readonly GroupView[]): SeriesGroup[] {
  const owners = new Map<
    string,
    { readonly labels: Labels; readonly of: (readonly [number, number])[] }
  >()
  for (let v = 0; v < views.length; v++) {
    for (let series = 0; series < views[v]!.seriesCount; series++) {
      const labels = views[v]!.labels(series)
      const owner = owners.get(labels.key)
      if (owner === undefined) owners.set(labels.key, { labels, of: [[v, series]] })
      else owner.of.push([v, series])
    }
  }
  const twins = [...owners.values()].filter(({ of }) => of.length > 1)
  if (twins.length === 0) return [...views]
  const alone = views.map((): { labels: Labels; series: number }[] => [])
  for (const { labels, of } of owners.values()) {
    if (of.length === 1) alone[of[0]![0]]!.push({ labels, series: of[0]![1] })
  }
  const rest = views.flatMap((one, v) => {
    const kept = alone[v]!
    if (kept.length === 0) return []
    const pieces = one.piecesOf(kept.map(({ series }) => series))
    return [new GroupView(kept.length, (series) => kept[series]!.labels, pieces)]
  })
  // Twins of the same groups share a time column.
  const byOwners = new Map<string, (typeof twins)[number][]>()
  for (const twin of twins) {
    const name = twin.of.map(([v]) => v).join()
    const known = byOwners.get(name)
    if (known === undefined) byOwners.set(name, [twin])
    else known.push(twin)
  }
  for (const joined of byOwners.values()) {
    const pieces = joined[0]!.of.flatMap(([v], i) =>
      views[v]!.piecesOf(joined.map(({ of }) => of[i]![1])),
    )
    rest.push(new GroupView(joined.length, (series) => joined[series]!.labels, pieces))
  }
  return rest
}
