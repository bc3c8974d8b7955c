// All variables of a dashboard at one moment. Immutable: choosing and loading give new ones.
import type { Dashboard, VariableModel } from '../dashboard.ts'
import { MAX_OPTIONS } from '../limits.ts'
import { objectsOf, textOf } from '../json.ts'
import { intervalMs, intervalText, roundInterval, type TimeRange } from '../time/time-range.ts'
import { UTC, type Zone } from '../time/zone.ts'
import { builtInValue, isPath, type Scope, type Session } from './built-in-values.ts'
import { storedValue, validValue, valueOfList } from './current-value.ts'
import { dependents, loadingOrder } from './dependencies.ts'
import { escapeRegex, formatVariable } from './format-value.ts'
import {
  escapeFor,
  quoteAt,
  type Reference,
  referencesIn,
  replaceReferences,
} from './interpolate.ts'
import { filterByRegex } from './option-regex.ts'
import { findTexts, queryTextOf } from './query-variable.ts'
import { sortOptions } from './sort-options.ts'
import { AUTO_INTERVAL, staticOptions, storedOptions } from './static-options.ts'
import {
  type AdhocFilter,
  ALL_TEXT,
  ALL_VALUE,
  type DataSourceInfo,
  isAll,
  listOf,
  type Variable,
  type VariableOption,
  type VariableSource,
  type VariableValue,
} from './variable.ts'

export interface VariablesContext {
  readonly dataSources?: readonly DataSourceInfo[]
  readonly session?: Session
  readonly zone?: Zone
  /** `var-…` of the link, names without `var-`. */
  readonly chosen?: ReadonlyMap<string, readonly string[]>
}

export interface LoadQuestion {
  readonly range: TimeRange
  /** Only these and what depends on them; without it all that load by themselves. */
  readonly changed?: readonly string[]
  /** Only those that follow the time range. */
  readonly isTimeChange?: boolean
}

export class Variables {
  readonly list: readonly Variable[]
  readonly #byName: ReadonlyMap<string, Variable>
  readonly #dashboard: Dashboard
  readonly #context: VariablesContext

  /** As the dashboard and the link have them. What has to be asked for has no options yet: `load` brings them. */
  static of(dashboard: Dashboard, context: VariablesContext = {}): Variables {
    const { dataSources = [], chosen } = context
    const list = dashboard.templating.list
      .filter(({ name, type }) => typeof name === 'string' && typeof type === 'string')
      .map((model) => initial(model, dataSources, chosen?.get(model.name)))
    return new Variables(dashboard, context, list)
  }

  private constructor(dashboard: Dashboard, context: VariablesContext, list: readonly Variable[]) {
    this.#dashboard = dashboard
    this.#context = context
    this.list = list
    this.#byName = new Map(list.map((one) => [one.name, one]))
  }

  get(name: string): Variable | undefined {
    return this.#byName.get(name)
  }

  /** With other values chosen. What depends on it is as before until `load` is called with its name. */
  with(name: string, values: readonly string[]): Variables {
    return this.#replaced(name, (variable) => ({
      ...variable,
      current: valueOfList(variable.model, values, variable.options),
    }))
  }

  withFilters(name: string, filters: readonly AdhocFilter[]): Variables {
    return this.#replaced(name, (variable) => ({ ...variable, filters }))
  }

  #replaced(name: string, change: (variable: Variable) => Variable): Variables {
    const list = this.list.map((one) => (one.name === name ? change(one) : one))
    return new Variables(this.#dashboard, this.#context, list)
  }

  /**
   * Asks for the options of query variables, those first that others mention. A query that fails leaves its variable
   * with what it had and a `problem`.
   *
   * @returns all variables, choices cut to what the options have
   */
  async load(source: VariableSource, question: LoadQuestion): Promise<Variables> {
    const models = this.list.map(({ model }) => model)
    const affected = this.#affected(models, question)
    let list = this.list
    for (const wave of loadingOrder(models)) {
      const before = new Variables(this.#dashboard, this.#context, list)
      const loaded = await Promise.all(
        wave
          .filter(({ name, type }) => type === 'query' && affected.has(name))
          .map(({ name }) => before.#loadOne(before.get(name)!, source, question.range)),
      )
      const byName = new Map(loaded.map((one) => [one.name, one]))
      list = list.map((one) => byName.get(one.name) ?? one)
    }
    return new Variables(this.#dashboard, this.#context, list)
  }

  #affected(models: readonly VariableModel[], question: LoadQuestion): ReadonlySet<string> {
    if (question.changed !== undefined) {
      const found = dependents(models, question.changed)
      for (const name of question.changed) found.delete(name)
      return found
    }
    const due = this.list
      .filter(({ model, options }) =>
        question.isTimeChange === true
          ? model.refresh === 2
          : model.refresh !== 0 || options.length === 0,
      )
      .map(({ name }) => name)
    return question.isTimeChange === true ? dependents(models, due) : new Set(due)
  }

  async #loadOne(variable: Variable, source: VariableSource, range: TimeRange): Promise<Variable> {
    const { model } = variable
    const query = this.interpolateQuery(queryTextOf(model), { range })
    let texts: readonly string[]
    try {
      texts = await findTexts(query, source, range)
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      return { ...variable, problem }
    }
    const regex = this.interpolate(model.regex ?? '', {}, 'regex')
    const options = sortOptions(filterByRegex(texts, regex), model.sort ?? 0).slice(0, MAX_OPTIONS)
    const { problem: _, ...rest } = variable
    return { ...rest, options, current: validValue(model, variable.current, options) }
  }

  /** A text with its references filled in. Those that nobody knows stay: `$1` is often meant so. */
  interpolate(text: string, scope: Scope = {}, format = 'glob'): string {
    return replaceReferences(text, (reference) => this.#fill(reference, scope, format))
  }

  /**
   * A PromQL expression: several values become a regex, and what is filled in between quotes cannot leave them.
   *
   * @source  Grafana's documentation of its Prometheus data source, "Use template variables"
   */
  interpolateQuery(expr: string, scope: Scope = {}): string {
    return replaceReferences(expr, (reference) => {
      if (reference.format !== '' || reference.path !== '')
        return this.#fill(reference, scope, 'raw')
      const value = this.#valueOf(reference.name, scope)
      const model = this.get(reference.name)?.model
      if (value === undefined || model === undefined) return this.#fill(reference, scope, 'raw')
      const quote = quoteAt(expr, reference.at)
      const whole = this.#wholeOf(reference.name)
      if (whole !== undefined && isAll(value)) return whole
      const isPattern = model.multi === true || model.includeAll === true
      if (!isPattern) return escapeFor(quote, listOf(value.value).join(','))
      const parts = this.#expanded(reference.name, value).map((one) =>
        escapeFor(quote, escapeRegex(one)),
      )
      return parts.length === 1 ? parts[0]! : `(${parts.join('|')})`
    })
  }

  /** References of a text that nothing fills in, among those that look like variables of a dashboard. */
  unresolvedIn(text: string, scope: Scope = {}): string[] {
    return referencesIn(text)
      .filter((one) => !/^\d+$/.test(one.name) && this.#fill(one, scope, 'raw') === undefined)
      .map((one) => one.text)
  }

  /** Names that texts mention, for who wants to know whether a change concerns them. */
  mentionedIn(texts: readonly string[]): ReadonlySet<string> {
    return new Set(texts.flatMap((text) => referencesIn(text).map(({ name }) => name)))
  }

  /** Values for a repeat: each with its text, All taken apart. */
  valuesOf(name: string): VariableOption[] {
    const variable = this.get(name)
    if (variable === undefined) return []
    if (isAll(variable.current)) {
      if (variable.options.length > 0) return [...variable.options]
      return this.#expanded(name, variable.current).map((value) => ({ text: value, value }))
    }
    const texts = listOf(variable.current.text)
    return listOf(variable.current.value).map((value, i) => ({ text: texts[i] ?? value, value }))
  }

  /** `var-…` as a link has them, in the order of the dashboard. */
  toQuery(): [string, string][] {
    return this.list.flatMap(({ name, model, current, filters }): [string, string][] => {
      if (model.type === 'constant' || model.type === 'system') return []
      if (model.type === 'adhoc')
        return filters.map(({ key, operator, value }) => [
          `var-${name}`,
          `${key}|${operator}|${value}`,
        ])
      return listOf(current.value).map((value) => [`var-${name}`, value])
    })
  }

  /** Of all adhoc variables. */
  get filters(): readonly AdhocFilter[] {
    return this.list.flatMap(({ filters }) => filters)
  }

  #valueOf(name: string, scope: Scope): VariableValue | undefined {
    return scope.values?.get(name) ?? this.get(name)?.current
  }

  /** What All stands for when the dashboard says so itself. */
  #wholeOf(name: string): string | undefined {
    const { allValue } = this.get(name)?.model ?? {}
    return typeof allValue === 'string' && allValue !== '' ? allValue : undefined
  }

  #expanded(name: string, value: VariableValue): readonly string[] {
    if (!isAll(value)) return listOf(value.value)
    const whole = this.#wholeOf(name)
    if (whole !== undefined) return [whole]
    return this.get(name)?.options.map((one) => one.value) ?? []
  }

  #fill(reference: Reference, scope: Scope, standard: string): string | undefined {
    const { name, path } = reference
    const format = reference.format === '' ? standard : reference.format
    const zone = this.#context.zone ?? UTC
    const chosen = this.#valueOf(name, scope)
    if (chosen === undefined) {
      const text = builtInValue(name, path, scope, this.#dashboard, this.#context.session ?? {})
      // What is filled into an address cannot leave its place there; what begins the address may be all of it.
      const isUrlPart =
        standard === 'percentencode' && reference.at > 0 && isPath(name, path, scope)
      if (text === undefined || (reference.format === '' && !isUrlPart)) return text
      return formatVariable(name, { text, value: text }, format, zone)
    }
    if (path === 'text') return listOf(chosen.text).join(' + ')
    const variable = this.get(name)
    if (isAll(chosen)) {
      if (format === 'text') return ALL_TEXT
      if (format === 'queryparam')
        return formatVariable(name, { text: ALL_TEXT, value: ALL_VALUE }, format, zone)
      const whole = this.#wholeOf(name)
      if (whole !== undefined) return whole
      const values = this.#expanded(name, chosen)
      return formatVariable(name, { text: chosen.text, value: values }, format, zone)
    }
    if (variable?.model.type === 'interval' && isAuto(chosen))
      return this.#autoInterval(variable.model, scope)
    return formatVariable(name, chosen, format, zone)
  }

  #autoInterval(model: VariableModel, { range }: Scope): string | undefined {
    if (range === undefined) return undefined
    const count = model.auto_count ?? 30
    const least = intervalMs(model.auto_min ?? '10s') ?? 10_000
    return intervalText(
      Math.max(least, roundInterval((range.toMs - range.fromMs) / Math.max(1, count))),
    )
  }
}

function isAuto({ value }: VariableValue): boolean {
  return typeof value === 'string' && value.startsWith(AUTO_INTERVAL)
}

function initial(
  model: VariableModel,
  dataSources: readonly DataSourceInfo[],
  chosen: readonly string[] | undefined,
): Variable {
  const base = {
    model,
    name: model.name,
    label: model.label || model.name,
    filters: filtersOf(model, chosen),
  }
  if (model.type === 'adhoc') return { ...base, options: [], current: { text: '', value: '' } }
  const known = staticOptions(model, dataSources)
  const options =
    known ?? (model.refresh === 0 || model.refresh === undefined ? storedOptions(model) : [])
  const fromLink = chosen === undefined ? undefined : valueOfList(model, chosen, options)
  if (model.type === 'textbox') {
    const text = textOf(model.query) ?? ''
    return { ...base, options, current: fromLink ?? storedValue(model) ?? { text, value: text } }
  }
  if (model.type === 'constant') return { ...base, options, current: options[0]! }
  const wanted = fromLink ?? storedValue(model)
  return {
    ...base,
    options,
    current:
      known === undefined ? (wanted ?? nothingChosen(model)) : validValue(model, wanted, options),
  }
}

/** Until options are there. */
function nothingChosen(model: VariableModel): VariableValue {
  if (model.includeAll === true) return valueOfList(model, [ALL_VALUE], [])
  return model.multi === true ? { text: [], value: [] } : { text: '', value: '' }
}

function filtersOf(model: VariableModel, chosen: readonly string[] | undefined): AdhocFilter[] {
  if (model.type !== 'adhoc') return []
  if (chosen === undefined)
    return objectsOf(model['filters']).flatMap(({ key, operator, value }) =>
      typeof key === 'string' && typeof value === 'string'
        ? [{ key, operator: textOf(operator) ?? '=', value }]
        : [],
    )
  return chosen.flatMap((text) => {
    const [key = '', operator = '', ...rest] = text.split('|')
    return key === '' || rest.length === 0 ? [] : [{ key, operator, value: rest.join('|') }]
  })
}
