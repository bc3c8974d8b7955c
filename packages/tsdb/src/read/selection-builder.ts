// Collects the tiles of a selection group by group, and sees to it that a label set comes out once even when
// two groups have it.

import type { Labels } from '@pharos/model'
import type { Layout } from '../catalog/layout.ts'
import type { Shape } from '../catalog/shape.ts'
import type { SeriesGroup } from '../querier.ts'
import { GroupView, type Piece } from './group-view.ts'
import type { Part } from './part.ts'

interface Collected {
  readonly key: Labels
  /** By series. Shared with other groups until a list of other columns comes. */
  shapes: readonly Shape[]
  /** Made when it is needed. */
  seriesOf: Map<Shape, number> | undefined
  readonly pieces: {
    readonly part: Part
    readonly columns: Int32Array
    /** Undefined: the columns are those of series 0, 1, 2 … */
    readonly series: Int32Array | undefined
  }[]
  /** Of the column list that came last; tiles of a group nearly always have the same one. */
  lastColumns: Int32Array | undefined
  lastSeries: Int32Array | undefined
}

export class SelectionBuilder {
  readonly #groups = new Map<string, Collected>()
  /** Shapes of a list of columns; lists are shared between tiles. */
  readonly #shapesOf = new Map<Int32Array, readonly Shape[]>()

  /** `part` undefined: the series are wanted, their samples are not. */
  add(
    name: string,
    key: Labels,
    layout: Layout,
    columns: Int32Array,
    part: Part | undefined,
  ): void {
    let shapes = this.#shapesOf.get(columns)
    if (shapes === undefined) {
      shapes = Array.from(columns, (column) => layout.shapes[column]!)
      this.#shapesOf.set(columns, shapes)
    }
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = {
        key,
        shapes,
        seriesOf: undefined,
        pieces: [],
        lastColumns: columns,
        lastSeries: undefined,
      }
      this.#groups.set(name, group)
    }
    if (group.lastColumns !== columns) {
      group.lastSeries = seriesOf(group, shapes)
      group.lastColumns = columns
    }
    if (part !== undefined) group.pieces.push({ part, columns, series: group.lastSeries })
  }

  groups(): SeriesGroup[] {
    const buckets = new Map<string, GroupView[]>()
    const names = this.#namesInShapes()
    for (const group of this.#groups.values()) {
      // Labels that no shape touches tell groups apart; only groups with the same of them can meet.
      const signature = this.#groups.size > 1 ? untouched(group.key, names).key : ''
      const bucket = buckets.get(signature)
      if (bucket === undefined) buckets.set(signature, [view(group)])
      else bucket.push(view(group))
    }
    const views: SeriesGroup[] = []
    for (const bucket of buckets.values()) {
      if (bucket.length === 1) views.push(bucket[0]!)
      else views.push(...withoutTwins(bucket))
    }
    return views
  }

  #namesInShapes(): ReadonlySet<string> {
    const names = new Set<string>()
    if (this.#groups.size === 1) return names
    for (const shapes of this.#shapesOf.values()) {
      for (const { own, removed } of shapes) {
        for (let i = 0; i < own.flat.length; i += 2) names.add(own.flat[i]!)
        for (const name of removed) names.add(name)
      }
    }
    return names
  }
}

/** The numbers of these shapes' series in the group, which gets those that it has not yet. */
function seriesOf(group: Collected, shapes: readonly Shape[]): Int32Array | undefined {
  if (isEqual(group.shapes, shapes)) return undefined
  if (group.seriesOf === undefined) {
    group.seriesOf = new Map(group.shapes.map((shape, series) => [shape, series]))
    group.shapes = [...group.shapes]
  }
  const all = group.shapes as Shape[]
  return Int32Array.from(shapes, (shape) => {
    const there = group.seriesOf!.get(shape)
    if (there !== undefined) return there
    group.seriesOf!.set(shape, all.length)
    return all.push(shape) - 1
  })
}

function isEqual(a: readonly Shape[], b: readonly Shape[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function untouched(key: Labels, names: ReadonlySet<string>): Labels {
  const { flat } = key
  for (let i = 0; i < flat.length; i += 2) {
    if (names.has(flat[i]!)) return key.without([...names])
  }
  return key
}

function view({ key, shapes, pieces }: Collected): GroupView {
  const placed = pieces.map(({ part, columns, series }): Piece => {
    if (series === undefined && columns.length === shapes.length) return { part, columns }
    const columnOf = new Int32Array(shapes.length).fill(-1)
    for (let i = 0; i < columns.length; i++) columnOf[series?.[i] ?? i] = columns[i]!
    return { part, columns: columnOf }
  })
  return new GroupView({ common: key, shapes }, placed)
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
    return [
      new GroupView(
        kept.map(({ labels }) => labels),
        pieces,
      ),
    ]
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
    rest.push(
      new GroupView(
        joined.map(({ labels }) => labels),
        pieces,
      ),
    )
  }
  return rest
}
