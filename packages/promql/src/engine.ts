// The engine: text or tree in, columns out.
//
//   parse ──► plan ──► selects, all at once ──► evaluate in slices ──► result
//
// It keeps nothing between queries but the trees of their texts and memory for their columns.

import { bug, type Clock } from '@pharos/base'
import type { Kernel } from '@pharos/kernel'
import type { Expr, ValueType } from './ast.ts'
import type { EngineOptions, QueryOptions, QueryProgress } from './engine-options.ts'
import { Annotations } from './eval/annotations.ts'
import { Budget } from './eval/budget.ts'
import { ColumnPool } from './eval/column-pool.ts'
import type { EvalContext } from './eval/context.ts'
import { typeError } from './eval/errors.ts'
import { evaluator } from './eval/evaluate.ts'
import { KernelScratch } from './eval/kernel-lane.ts'
import { ANNOTATION_LIMIT } from './eval/limits.ts'
import { MemoryMeter } from './eval/memory-meter.ts'
import { rangeVector } from './eval/range-vector.ts'
import { matrixResult, scalarResult, vectorResult } from './eval/results.ts'
import { type Plan, planQuery, planType, type QueryTimes } from './eval/plan.ts'
import { dropDelayedNames } from './eval/rows.ts'
import { SampleCounter } from './eval/sample-counter.ts'
import { rangeOfReads, readsOf, selectAll } from './eval/select.ts'
import { StepTally } from './eval/step-tally.ts'
import { type Steps, stepsBetween } from './eval/steps.ts'
import type { ExplainNode } from './explain/explain-node.ts'
import { explainTree } from './explain/explain-tree.ts'
import { MeasuringEvaluator } from './explain/measuring-evaluator.ts'
import { ParsedQueries } from './parsed-queries.ts'
import type { Queryable, Selection } from './queryable.ts'
import type { QueryAnswer, QueryResult, QueryStats } from './result.ts'

export interface Engine {
  /**
   * The value of an expression at one time.
   * @param query   text, or a parsed tree; annotations have full positions only for text
   * @param timeMs  ms since 1970
   * @throws UserError `promql/parse`, `promql/execution`, `promql/timeout`, `promql/canceled`,
   *   `promql/too-many-samples`, `promql/too-much-memory`; OutsideError of the store
   */
  instant(query: string | Expr, timeMs: number, options?: QueryOptions): Promise<QueryAnswer>
  /**
   * The values at startMs, startMs + stepMs, … up to endMs, series sorted by labels.
   * @param stepMs  > 0
   * @throws UserError like `instant`, and `promql/type` for anything but a scalar or an instant vector
   */
  range(
    query: string | Expr,
    startMs: number,
    endMs: number,
    stepMs: number,
    options?: QueryOptions,
  ): Promise<QueryAnswer>
}

export interface EngineSettings extends EngineOptions {
  readonly clock: Clock
  /** Annotations of each kind in an answer; 0: all. Default 10, the HTTP API's limit. */
  readonly annotationLimit?: number
  /** For columns and rows of many series; without one, and in browsers, TypeScript does it all. */
  readonly kernel?: Kernel
}

/**
 * An engine over one store.
 * @source Prometheus 3.14; conformance promql
 */
export function createEngine(queryable: Queryable, settings: EngineSettings): Engine {
  const kept: Kept = { parsed: new ParsedQueries(settings.features), columns: new ColumnPool() }
  const run = (
    query: string | Expr,
    times: QueryTimes,
    options: QueryOptions | undefined,
  ): Promise<QueryAnswer> =>
    new Run(queryable, settings, kept, query, times, options ?? {}).answer()
  return {
    instant: (query, timeMs, options) =>
      run(query, { startMs: timeMs, endMs: timeMs, stepMs: 0 }, options),
    range: async (query, startMs, endMs, stepMs, options) => {
      if (!(stepMs > 0))
        throw typeError(
          'zero or negative query resolution step widths are not accepted. Try a positive integer',
        )
      return run(query, { startMs, endMs, stepMs }, options)
    },
  }
}

/** What one query leaves to the next. */
interface Kept {
  readonly parsed: ParsedQueries
  readonly columns: ColumnPool
}

/** One running query. */
class Run {
  readonly #queryable: Queryable
  readonly #settings: EngineSettings
  readonly #parsed: ParsedQueries
  readonly #query: string | Expr
  readonly #times: QueryTimes
  readonly #lookbackMs: number
  readonly #budget: Budget
  readonly #samples: SampleCounter
  readonly #memory: MemoryMeter
  readonly #options: QueryOptions
  #explained: ExplainNode | undefined = undefined
  #preparationMs = 0
  readonly #startMs: number

  constructor(
    queryable: Queryable,
    settings: EngineSettings,
    kept: Kept,
    query: string | Expr,
    times: QueryTimes,
    options: QueryOptions,
  ) {
    this.#queryable = queryable
    this.#settings = settings
    this.#parsed = kept.parsed
    this.#query = query
    this.#times = times
    this.#lookbackMs = options.lookbackMs ?? settings.lookbackMs
    const timeoutMs = options.timeoutMs ?? settings.timeoutMs
    this.#budget = new Budget(settings.clock, timeoutMs, options.signal)
    this.#samples = new SampleCounter(settings.maxSamples)
    this.#memory = new MemoryMeter(settings.maxMemoryBytes ?? 0, kept.columns)
    this.#options = options
    this.#startMs = settings.clock.monotonicMs()
    options.onStart?.(new Progress(this.#samples, this.#memory))
  }

  async answer(): Promise<QueryAnswer> {
    const plan = this.#plan()
    const annotations = new Annotations()
    const steps = this.#steps()
    if (this.#options.perStepStats === true) this.#samples.tally = new StepTally(steps)
    const { tally } = this.#samples
    let kept: ReadonlySet<ArrayBufferLike> = NO_BUFFERS
    let result: QueryResult
    try {
      result = await this.#evaluate(plan, annotations, steps)
      kept = buffersOf(result)
    } finally {
      this.#memory.giveAllBut(kept)
    }
    const text = typeof this.#query === 'string' ? this.#query : undefined
    const limit = this.#settings.annotationLimit ?? ANNOTATION_LIMIT
    return {
      result,
      warnings: annotations.texts('warning', text, limit),
      infos: annotations.texts('info', text, limit),
      stats: this.#stats(tally),
      ...(this.#explained === undefined ? {} : { explain: this.#explained }),
      release: () => this.#memory.giveAllBut(NO_BUFFERS),
    }
  }

  #stats(tally: StepTally | undefined): QueryStats {
    const { total, read, peak } = this.#samples
    return {
      totalSamples: total,
      samplesRead: read,
      peakSamples: peak,
      memoryBytesMax: this.#memory.peak,
      timings: {
        preparationMs: this.#preparationMs,
        evaluationMs: this.#settings.clock.monotonicMs() - this.#startMs - this.#preparationMs,
      },
      perStep: tally && {
        startMs: tally.steps.startMs,
        stepMs: tally.steps.stepMs,
        total: tally.total,
        read: tally.read,
      },
    }
  }

  #steps(): Steps {
    const { startMs, endMs, stepMs } = this.#times
    return this.#isInstant ? { startMs, stepMs: 1, count: 1 } : stepsBetween(startMs, endMs, stepMs)
  }

  #plan(): Plan {
    const expr = typeof this.#query === 'string' ? this.#parsed.tree(this.#query) : this.#query
    const plan = planQuery(expr, this.#times)
    const type = planType(plan)
    if (!this.#isInstant && type !== 'scalar' && type !== 'vector')
      throw typeError(
        `invalid expression type ${JSON.stringify(TYPE_NAMES[type])} for range query, must be Scalar or instant Vector`,
      )
    return plan
  }

  get #isInstant(): boolean {
    return this.#times.stepMs === 0
  }

  async #evaluate(plan: Plan, annotations: Annotations, steps: Steps): Promise<QueryResult> {
    const reads = readsOf(plan, this.#times, {
      lookbackMs: this.#lookbackMs,
      defaultSubqueryStepMs: this.#settings.defaultSubqueryStepMs,
    })
    const { minMs, maxMs } = rangeOfReads(reads)
    const querier = reads.length === 0 ? undefined : this.#queryable.querier(minMs, maxMs)
    const { kernel } = this.#settings
    const scratch = kernel && new KernelScratch(kernel)
    try {
      const selections =
        querier === undefined
          ? new Map<Plan, Selection>()
          : await this.#budget.wait(selectAll(querier, reads))
      for (const { warnings, infos = [] } of selections.values()) {
        for (const warning of warnings) annotations.foreign(warning, 'warning')
        for (const info of infos) annotations.foreign(info, 'info')
      }
      this.#preparationMs = this.#settings.clock.monotonicMs() - this.#startMs
      const measuring =
        this.#options.explain === true
          ? new MeasuringEvaluator(evaluator, this.#settings.clock)
          : undefined
      const context: EvalContext = {
        options: this.#settings,
        evaluator: measuring ?? evaluator,
        lookbackMs: this.#lookbackMs,
        delayedNames: this.#settings.features.has('promql-delayed-name-removal'),
        annotations,
        samples: this.#samples,
        memory: this.#memory,
        budget: this.#budget,
        scratch,
        selections,
        statisticsOnly: new Set(reads.filter((read) => read.statisticsOnly).map((r) => r.plan)),
      }
      const result = await this.#result(plan, context, steps)
      if (measuring !== undefined)
        this.#explained = explainTree(plan, { measures: measuring.measures, reads, selections })
      return result
    } finally {
      scratch?.close()
      querier?.close()
    }
  }

  async #result(plan: Plan, context: EvalContext, steps: Steps): Promise<QueryResult> {
    const { startMs } = this.#times
    if (plan.kind === 'string') return { type: 'string', timeMs: startMs, value: plan.value }
    const type = planType(plan)
    if (type === 'matrix') {
      const series = await this.#budget.drive(rangeVector(context, plan, steps))
      return { type: 'matrix', series }
    }
    if (type === 'scalar' && this.#isInstant) {
      const [value] = await this.#budget.drive(context.evaluator.scalar(context, plan, steps))
      return scalarResult(startMs, value ?? bug('a scalar has no value'))
    }
    return this.#vector(plan, context, steps)
  }

  async #vector(plan: Plan, context: EvalContext, steps: Steps): Promise<QueryResult> {
    const made = await this.#budget.drive(context.evaluator.vector(context, plan, steps))
    const frame = context.delayedNames
      ? await this.#budget.drive(dropDelayedNames(context, made))
      : made
    if (this.#isInstant) return vectorResult(frame, steps.startMs)
    return this.#budget.drive(matrixResult(context, frame, steps))
  }
}

const NO_BUFFERS: ReadonlySet<ArrayBufferLike> = new Set()

/** Where a result's values lie: series of a matrix look into the frame that they were made in. */
function buffersOf(result: QueryResult): ReadonlySet<ArrayBufferLike> {
  if (result.type !== 'matrix') return NO_BUFFERS
  return new Set(result.series.map(({ values }) => values.buffer))
}

/** What observers of a running query see. */
class Progress implements QueryProgress {
  readonly #samples: SampleCounter
  readonly #memory: MemoryMeter

  constructor(samples: SampleCounter, memory: MemoryMeter) {
    this.#samples = samples
    this.#memory = memory
  }

  get totalSamples(): number {
    return this.#samples.total
  }

  get samplesRead(): number {
    return this.#samples.read
  }

  get peakSamples(): number {
    return this.#samples.peak
  }

  get memoryBytes(): number {
    return this.#memory.current
  }

  get memoryBytesMax(): number {
    return this.#memory.peak
  }
}

const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
  none: 'none',
}
