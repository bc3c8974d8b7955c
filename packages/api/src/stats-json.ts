import type { QueryStats } from '@pharos/promql'

/** Statistics of a query under the reference's names; seconds. Phases that Pharos does not have are 0. */
export function statsJson(stats: QueryStats, queueMs: number): string {
  const { timings, perStep } = stats
  const evalMs = timings.preparationMs + timings.evaluationMs
  return JSON.stringify({
    timings: {
      evalTotalTime: evalMs / 1000,
      resultSortTime: 0,
      queryPreparationTime: timings.preparationMs / 1000,
      innerEvalTime: timings.evaluationMs / 1000,
      execQueueTime: queueMs / 1000,
      execTotalTime: (queueMs + evalMs) / 1000,
    },
    samples: {
      // Left out when there are none, which JSON.stringify does with undefined.
      totalQueryableSamplesPerStep: perStep && stepPairs(perStep.total, perStep),
      totalQueryableSamples: stats.totalSamples,
      samplesReadPerStep: perStep && stepPairs(perStep.read, perStep),
      samplesRead: stats.samplesRead,
      peakSamples: stats.peakSamples,
    },
  })
}

function stepPairs(
  counts: Float64Array,
  { startMs, stepMs }: { readonly startMs: number; readonly stepMs: number },
): [number, number][] {
  return Array.from(counts, (count, s) => [(startMs + s * stepMs) / 1000, count])
}
