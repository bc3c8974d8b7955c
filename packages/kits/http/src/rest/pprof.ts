// V8's profiles in the format of pprof: gzip around a protobuf in which everything is numbered and texts stand in a
// table. @source github.com/google/pprof proto/profile.proto
//
//   Sample { location ids, leaf first; one value per sample type } -> Location -> Line -> Function -> string table
import type { HeapProfiler, Profiler, Runtime } from 'node:inspector'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import {
  Function as PprofFunction,
  Line,
  Location,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format'

const compressed = promisify(gzip)

/** Gives places in the code their numbers, each once. */
class Places {
  readonly strings = new StringTable()
  readonly functions: PprofFunction[] = []
  readonly locations: Location[] = []
  readonly #functionIds = new Map<string, number>()
  readonly #locationIds = new Map<string, number>()

  /** Lines of V8 count from 0, those of pprof from 1. */
  locationOf({ functionName, url, lineNumber }: Runtime.CallFrame): number {
    const line = Math.max(0, lineNumber + 1)
    const key = `${functionName}\0${url}\0${line}`
    const known = this.#locationIds.get(key)
    if (known !== undefined) return known
    const id = this.locations.length + 1
    const functionId = this.#functionOf(functionName, url, line)
    this.locations.push(new Location({ id, line: [new Line({ functionId, line })] }))
    this.#locationIds.set(key, id)
    return id
  }

  #functionOf(functionName: string, url: string, startLine: number): number {
    const name = functionName === '' ? '(anonymous)' : functionName
    const key = `${name}\0${url}\0${startLine}`
    const known = this.#functionIds.get(key)
    if (known !== undefined) return known
    const id = this.functions.length + 1
    const text = this.strings.dedup(name)
    const filename = this.strings.dedup(url)
    this.functions.push(
      new PprofFunction({ id, name: text, systemName: text, filename, startLine }),
    )
    this.#functionIds.set(key, id)
    return id
  }

  typed(type: string, unit: string): ValueType {
    return new ValueType({ type: this.strings.dedup(type), unit: this.strings.dedup(unit) })
  }
}

const IDLE = '(idle)'

/**
 * A CPU profile: where the thread was, and for how long.
 * @param kind  `cpu` leaves out when it had nothing to do, `wall` has it as `(idle)`
 * @returns gzip of the protobuf
 */
export async function pprofOfCpu(
  profile: Profiler.Profile,
  kind: 'cpu' | 'wall',
  endMs: number,
): Promise<Buffer> {
  const places = new Places()
  const stacks = stacksOf(profile.nodes, places, kind === 'cpu')
  const counts = new Map<number, { count: number; ns: number }>()
  for (const [i, id] of (profile.samples ?? []).entries()) {
    if (!stacks.has(id)) continue
    let one = counts.get(id)
    if (one === undefined) counts.set(id, (one = { count: 0, ns: 0 }))
    one.count++
    // The clock of the samples can step back by a little.
    one.ns += Math.max(0, profile.timeDeltas?.[i] ?? 0) * 1000
  }
  const sample = [...counts].map(
    ([id, { count, ns }]) => new Sample({ locationId: stacks.get(id)!, value: [count, ns] }),
  )
  const durationNanos = (profile.endTime - profile.startTime) * 1000
  return encoded(places, {
    sampleType: [places.typed('samples', 'count'), places.typed(kind, 'nanoseconds')],
    sample,
    periodType: places.typed(kind, 'nanoseconds'),
    period: CPU_INTERVAL_US * 1000,
    timeNanos: BigInt(Math.trunc(endMs)) * 1_000_000n - BigInt(Math.trunc(durationNanos)),
    durationNanos,
  })
}

/** V8 looks at the stack that often, in microseconds: pprof's usual 100 times a second. */
export const CPU_INTERVAL_US = 10_000
/** One allocation in so many bytes is noted, as in Go. */
export const HEAP_INTERVAL_BYTES: number = 512 * 1024

/** Stack by node, leaf first; idle time and the root have none. */
function stacksOf(
  nodes: readonly Profiler.ProfileNode[],
  places: Places,
  skipsIdle: boolean,
): Map<number, number[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const stacks = new Map<number, number[]>()
  const root = nodes[0]
  // A deep recursion makes a deep tree: a list of what is to be done instead of calls.
  const open = (root?.children ?? []).map((id): [number, number[]] => [id, []])
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [id, above] = next
    const node = byId.get(id)
    if (node === undefined || (skipsIdle && node.callFrame.functionName === IDLE)) continue
    const stack = [places.locationOf(node.callFrame), ...above]
    stacks.set(id, stack)
    for (const child of node.children ?? []) open.push([child, stack])
  }
  return stacks
}

/** What of the sampled allocations is still alive, by where it was made. @returns gzip of the protobuf */
export async function pprofOfHeap(
  profile: HeapProfiler.SamplingHeapProfile,
  endMs: number,
): Promise<Buffer> {
  const places = new Places()
  const sample: Sample[] = []
  const open = profile.head.children.map(
    (node): [HeapProfiler.SamplingHeapProfileNode, number[]] => [node, []],
  )
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, above] = next
    const stack = [places.locationOf(node.callFrame), ...above]
    if (node.selfSize > 0) sample.push(new Sample({ locationId: stack, value: [node.selfSize] }))
    for (const child of node.children) open.push([child, stack])
  }
  return encoded(places, {
    sampleType: [places.typed('inuse_space', 'bytes')],
    sample,
    periodType: places.typed('space', 'bytes'),
    period: HEAP_INTERVAL_BYTES,
    timeNanos: BigInt(Math.trunc(endMs)) * 1_000_000n,
  })
}

async function encoded(
  places: Places,
  parts: ConstructorParameters<typeof Profile>[0],
): Promise<Buffer> {
  const profile = new Profile({
    ...parts,
    location: places.locations,
    function: places.functions,
    stringTable: places.strings,
  })
  return compressed(await profile.encodeAsync())
}
