import { UserError } from '@pharos/base'
import type { RuleSettings } from '@pharos/config'
import { LabelsBuilder, METRIC_NAME } from '@pharos/model'
import {
  type EvaluationContext,
  limitError,
  RuleOutcome,
  type RuleSample,
  samplesOf,
} from './rule.ts'

export class RecordingRule {
  readonly kind = 'recording'
  readonly settings: RuleSettings
  readonly outcome: RuleOutcome = new RuleOutcome()

  constructor(settings: RuleSettings) {
    this.settings = settings
  }

  /** The series to write. @throws UserError, OutsideError of the query */
  async evaluate(context: EvaluationContext): Promise<readonly RuleSample[]> {
    const { name, expr, labels: added } = this.settings
    const samples = samplesOf(await context.run(expr, context.timeMs - context.queryOffsetMs))
    const seen = new Set<string>()
    const results = samples.map((sample) => {
      const labels = new LabelsBuilder(sample.labels).set(METRIC_NAME, name)
      for (const [label, value] of added) labels.set(label, value)
      const all = labels.labels()
      if (seen.has(all.key))
        throw new UserError(
          'rules/duplicate',
          'vector contains metrics with the same labelset after applying rule labels',
        )
      seen.add(all.key)
      return { ...sample, labels: all }
    })
    if (context.limit > 0 && results.length > context.limit)
      throw limitError(context.limit, results.length, 'series')
    return results
  }
}
