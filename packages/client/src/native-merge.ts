// Two native histograms of one series become one: at the coarser resolution, with the wider zero bucket.
import { NativeLayout } from './native-layout.ts'
import { type NativeSnapshot, nativeSnapshot } from './native-counts.ts'
import { bucketsOf, spansOf } from './sparse-buckets.ts'

/** @source native histogram specification, schema change and zero bucket reconciliation */
export function mergedNative(a: NativeSnapshot, b: NativeSnapshot): NativeSnapshot {
  const schema = Math.min(a.schema, b.schema)
  const positive = new Map<number, number>()
  const negative = new Map<number, number>()
  for (const one of [a, b]) {
    const coarser = one.schema - schema
    add(positive, bucketsOf(one.positiveSpans, one.positiveDeltas), coarser)
    add(negative, bucketsOf(one.negativeSpans, one.negativeDeltas), coarser)
  }
  const zeroThreshold = commonThreshold([a, b], schema, [positive, negative])
  const layout = new NativeLayout(schema)
  let zeroCount = a.zeroCount + b.zeroCount
  for (const side of [positive, negative]) {
    for (const [key, count] of side) {
      if (layout.upperBoundOf(key, schema) > zeroThreshold) continue
      zeroCount += count
      side.delete(key)
    }
  }
  return nativeSnapshot({
    schema,
    zeroThreshold,
    zeroCount,
    positive: sideOf(positive),
    negative: sideOf(negative),
    exemplars: [...a.exemplars, ...b.exemplars].sort((x, y) => x.value - y.value),
  })
}

/** The wider threshold, at the end of a bucket when it would cut one. */
function commonThreshold(
  all: readonly NativeSnapshot[],
  schema: number,
  sides: readonly ReadonlyMap<number, number>[],
): number {
  const layout = new NativeLayout(schema)
  const [narrow = 0, wide = 0] = all.map((one) => one.zeroThreshold).sort((x, y) => x - y)
  if (narrow === wide) return wide
  let threshold = wide
  for (const key of sides.flatMap((side) => [...side.keys()])) {
    const upper = layout.upperBoundOf(key, schema)
    if (layout.upperBoundOf(key - 1, schema) < wide && upper > threshold) threshold = upper
  }
  return threshold
}

function add(to: Map<number, number>, from: ReadonlyMap<number, number>, coarser: number): void {
  for (const [key, count] of from) {
    const target = Math.ceil(key / 2 ** coarser)
    to.set(target, (to.get(target) ?? 0) + count)
  }
}

function sideOf(buckets: ReadonlyMap<number, number>): ReturnType<typeof spansOf> {
  const keys = [...buckets.keys()].sort((x, y) => x - y)
  return spansOf(keys, (key) => buckets.get(key) ?? 0)
}
