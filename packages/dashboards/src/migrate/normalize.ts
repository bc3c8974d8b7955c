// The last step of loading: what is missing or of the wrong kind gets its default, so that nobody else has to ask.
import type { Dashboard, Panel } from '../dashboard.ts'
import { isObject, type JsonObject, numberOf, objectOf, objectsOf, textOf } from '../json.ts'
import type { DashboardProblem } from '../problem.ts'

const DEFAULT_HEIGHT = 8
const DEFAULT_WIDTH = 12
const COLUMNS = 24

/** Fills in place and returns the same object. */
export function normalizeDashboard(json: JsonObject, problems: DashboardProblem[]): Dashboard {
  const time = objectOf(json['time'])
  json['title'] = textOf(json['title']) ?? ''
  json['tags'] = Array.isArray(json['tags'])
    ? json['tags'].filter((tag) => typeof tag === 'string')
    : []
  json['timezone'] = textOf(json['timezone']) ?? ''
  json['editable'] ??= true
  json['graphTooltip'] = numberOf(json['graphTooltip']) ?? 0
  json['time'] = {
    ...time,
    from: timeText(time['from'], 'now-6h'),
    to: timeText(time['to'], 'now'),
  }
  json['timepicker'] = objectOf(json['timepicker'])
  json['refresh'] = textOf(json['refresh']) ?? ''
  json['schemaVersion'] = numberOf(json['schemaVersion']) ?? 0
  json['templating'] = listHolder(json['templating'])
  json['annotations'] = listHolder(json['annotations'])
  json['links'] = objectsOf(json['links'])
  json['panels'] = objectsOf(json['panels'])
  // The cast: every declared key was just given its type; lists of panels follow.
  const dashboard = json as Dashboard
  dashboard.panels = normalizePanels(dashboard.panels, 'panels', problems)
  giveIds(dashboard.panels)
  return dashboard
}

function normalizePanels(
  panels: readonly JsonObject[],
  path: string,
  problems: DashboardProblem[],
): Panel[] {
  return panels.map((panel, i) => normalizePanel(panel, `${path}[${i}]`, problems))
}

function normalizePanel(json: JsonObject, path: string, problems: DashboardProblem[]): Panel {
  if (typeof json['type'] !== 'string')
    problems.push({
      code: 'dashboards/panel-type',
      path,
      message: 'panel without a type; shown as a notice',
    })
  json['type'] = textOf(json['type']) ?? ''
  json['title'] = textOf(json['title']) ?? ''
  json['gridPos'] = gridPos(json['gridPos'], json['type'] === 'row')
  json['targets'] = objectsOf(json['targets'])
  json['transformations'] = objectsOf(json['transformations'])
  json['options'] = objectOf(json['options'])
  const fieldConfig = objectOf(json['fieldConfig'])
  fieldConfig['defaults'] = objectOf(fieldConfig['defaults'])
  fieldConfig['overrides'] = objectsOf(fieldConfig['overrides'])
  json['fieldConfig'] = fieldConfig
  // The cast: every declared key was just given its type.
  const panel = json as Panel
  nameTargets(panel)
  for (const one of panel.transformations) one.options = objectOf(one.options)
  for (const one of panel.fieldConfig.overrides) {
    one.matcher = isObject(one.matcher) ? one.matcher : { id: '' }
    one.properties = objectsOf(one.properties).filter(
      (property): property is { id: string } => typeof property['id'] === 'string',
    )
  }
  if (json['type'] === 'row')
    panel.panels = normalizePanels(objectsOf(json['panels']), `${path}.panels`, problems)
  return panel
}

/** Community files leave out names of queries; answers are told apart by them. */
function nameTargets({ targets }: Panel): void {
  const taken = new Set(targets.map(({ refId }) => refId))
  for (const target of targets) {
    if (typeof target.refId === 'string' && target.refId !== '') continue
    target.refId = freeRefId(taken)
    taken.add(target.refId)
  }
}

/** A, B … Z, AA, AB … */
function freeRefId(taken: ReadonlySet<string>): string {
  for (let at = 0; ; at++) {
    let name = ''
    for (let rest = at; rest >= 0; rest = Math.floor(rest / 26) - 1)
      name = String.fromCodePoint(65 + (rest % 26)) + name
    if (!taken.has(name)) return name
  }
}

/** Every panel has an id of its own; the first one that claims a number keeps it. */
function giveIds(panels: readonly Panel[]): void {
  const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
  const taken = new Set<number>()
  const without: Panel[] = []
  for (const panel of all) {
    if (!Number.isInteger(panel.id) || taken.has(panel.id)) without.push(panel)
    else taken.add(panel.id)
  }
  let next = 1
  for (const panel of without) {
    while (taken.has(next)) next++
    panel.id = next
    taken.add(next)
  }
}

function gridPos(value: unknown, isRow: boolean): JsonObject {
  const given = objectOf(value)
  const whole = (key: string, least: number, standard: number): number => {
    const number = numberOf(given[key])
    return number === undefined || !Number.isFinite(number)
      ? standard
      : Math.max(least, Math.round(number))
  }
  const w = Math.min(COLUMNS, whole('w', 1, isRow ? COLUMNS : DEFAULT_WIDTH))
  return {
    ...given,
    h: whole('h', 1, isRow ? 1 : DEFAULT_HEIGHT),
    w,
    x: Math.min(COLUMNS - w, whole('x', 0, 0)),
    y: whole('y', 0, 0),
  }
}

function listHolder(value: unknown): JsonObject {
  const holder = objectOf(value)
  return { ...holder, list: objectsOf(holder['list']) }
}

function timeText(value: unknown, standard: string): string {
  if (typeof value === 'number') return String(value)
  return textOf(value) || standard
}
