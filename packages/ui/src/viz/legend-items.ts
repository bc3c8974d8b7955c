// What a legend says: a name, a colour, and the reduced values that the panel asks for.
import { type Field, type JsonObject, keepsUnit, reduceField } from '@pharos/dashboards'
import { textOf } from './field-look.ts'
import { objectOption, oneOf, textsOption } from './panel-props.ts'
import type { PlotPlan } from './plot-plan.ts'

export interface LegendItem {
  /** Of its series. */
  readonly place: number
  readonly name: string
  readonly color: string
  /** One text per calculation. */
  readonly values: readonly string[]
  /** The numbers behind the texts, to sort by. */
  readonly numbers?: readonly number[]
}

export interface LegendPlan {
  readonly isTable: boolean
  readonly isShown: boolean
  readonly isRight: boolean
  readonly calcs: readonly string[]
  readonly items: readonly LegendItem[]
  /** Place of the calculation that the table is sorted by at first; -1 is the name. */
  readonly sort: { readonly column: number; readonly isDown: boolean } | undefined
}

/** A legend beside the chart needs a panel this wide, px. */
const RIGHT_FROM_PX = 480

export function legendPlacement(
  options: JsonObject,
  widthPx: number,
  fromPx: number = RIGHT_FROM_PX,
): { isRight: boolean; isShown: boolean; isTable: boolean } {
  const legend = objectOption(options, 'legend')
  const isShown = legend['showLegend'] !== false && legend['displayMode'] !== 'hidden'
  return {
    isShown,
    isRight: isShown && legend['placement'] === 'right' && widthPx >= fromPx,
    isTable: oneOf(legend, 'displayMode', ['list', 'table']) === 'table',
  }
}

export function legendPlan(plan: PlotPlan, options: JsonObject, widthPx: number): LegendPlan {
  const legend = objectOption(options, 'legend')
  const placement = legendPlacement(options, widthPx)
  const calcs = textsOption(legend, 'calcs')
  const items = plan.series.flatMap(({ name, color }, place): LegendItem[] => {
    if (plan.outOfLegend.has(place) || plan.undrawn.has(place)) return []
    return [{ place, name, color, ...reducedTexts(plan.fields[place]!, calcs) }]
  })
  const sortBy = legend['sortBy']
  const column = typeof sortBy === 'string' ? columnOf(sortBy, calcs) : undefined
  return {
    ...placement,
    calcs,
    items,
    sort: column === undefined ? undefined : { column, isDown: legend['sortDesc'] === true },
  }
}

function reducedTexts(
  field: Field,
  calcs: readonly string[],
): { values: string[]; numbers: number[] } {
  if (calcs.length === 0) return { values: [], numbers: [] }
  const reduced = reduceField(field, [...calcs])
  return {
    values: calcs.map((calc) => calcText(field, calc, reduced.get(calc))),
    numbers: calcs.map((calc) => {
      const value = reduced.get(calc)
      return typeof value === 'number' ? value : NaN
    }),
  }
}

/** Counts and shares are no values of the field: they do not wear its unit. */
function calcText(field: Field, calc: string, value: unknown): string {
  if (typeof value !== 'number' || value !== value || keepsUnit(calc))
    return textOf(field, value ?? null)
  return calc === 'diffperc' ? `${(value * 100).toFixed(1)}%` : String(value)
}

/** Dashboards name the column by the title it had when they were saved. */
const TITLES: Readonly<Record<string, string>> = {
  name: 'name',
  'last *': 'lastNotNull',
  last: 'last',
  'first *': 'firstNotNull',
  first: 'first',
  min: 'min',
  max: 'max',
  mean: 'mean',
  total: 'sum',
  count: 'count',
  range: 'range',
  difference: 'diff',
}

function columnOf(title: string, calcs: readonly string[]): number | undefined {
  const wanted = TITLES[title.toLowerCase()] ?? title
  if (wanted === 'name') return -1
  const at = calcs.indexOf(wanted)
  return at < 0 ? undefined : at
}
