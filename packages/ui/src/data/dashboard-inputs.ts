// What an exported dashboard asks for when it is imported: `__inputs`, filled in wherever the file names them.
import type { JsonObject } from '@pharos/dashboards'

export interface DashboardInput {
  readonly name: string
  readonly label: string
  readonly kind: 'datasource' | 'constant'
  readonly value: string
}

/** The uid that our own data source has in dashboards. */
const OUR_SOURCE = 'pharos'
const INPUTS_MAX = 100

export function inputsOf(json: unknown): DashboardInput[] {
  const list = dashboardIn(json)['__inputs']
  if (!Array.isArray(list)) return []
  return list.slice(0, INPUTS_MAX).flatMap((one: unknown): DashboardInput[] => {
    if (typeof one !== 'object' || one === null) return []
    const { name, label, type, value } = one as JsonObject
    if (typeof name !== 'string') return []
    const kind = type === 'datasource' ? 'datasource' : 'constant'
    return [
      {
        name,
        label: typeof label === 'string' && label !== '' ? label : name,
        kind,
        value: kind === 'datasource' ? OUR_SOURCE : typeof value === 'string' ? value : '',
      },
    ]
  })
}

/** The dashboard without its questions, every `${NAME}` of them filled in. */
export function withInputs(
  json: unknown,
  inputs: readonly DashboardInput[],
  answers: ReadonlyMap<string, string>,
): JsonObject {
  const {
    __inputs: _inputs,
    __requires: _requires,
    __elements: _elements,
    ...rest
  } = dashboardIn(json)
  const byText = new Map(
    inputs.map(({ name, value }) => [`\${${name}}`, answers.get(name) ?? value]),
  )
  const filled = (value: unknown): unknown => {
    if (typeof value === 'string') {
      let text = value
      for (const [from, to] of byText)
        if (text.includes(from)) text = text.replaceAll(from, () => to)
      return text
    }
    if (Array.isArray(value)) return value.map(filled)
    if (typeof value !== 'object' || value === null) return value
    // An object of a stranger may have any key; fromEntries makes each of them an own one.
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]))
  }
  return filled(rest) as JsonObject
}

/** APIs wrap what they send. */
function dashboardIn(json: unknown): JsonObject {
  if (typeof json !== 'object' || json === null) return {}
  const { dashboard, panels } = json as JsonObject
  return typeof dashboard === 'object' && dashboard !== null && !Array.isArray(panels)
    ? (dashboard as JsonObject)
    : (json as JsonObject)
}
