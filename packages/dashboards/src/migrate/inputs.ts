// `__inputs`: what the one who exported a dashboard left for the one who imports it to say: data sources, constants.
import { isObject, type JsonObject, objectsOf, scalarText, withTexts } from '../json.ts'

export interface DashboardInput {
  readonly name: string
  readonly label: string
  readonly type: 'datasource' | 'constant'
  /** Of a data source: `prometheus`. */
  readonly pluginId: string
  readonly value: string
}

/** The uid of our own data source in what we serve. */
export const OWN_DATA_SOURCE = 'pharos'

export function inputsOf(dashboard: JsonObject): DashboardInput[] {
  return objectsOf(dashboard['__inputs']).flatMap(({ name, label, type, pluginId, value }) =>
    typeof name === 'string' && name !== ''
      ? [
          {
            name,
            label: scalarText(label) || name,
            type: type === 'constant' ? 'constant' : 'datasource',
            pluginId: scalarText(pluginId),
            value: scalarText(value),
          },
        ]
      : [],
  )
}

/**
 * A copy with every `${NAME}` of its inputs filled in: with what was chosen, else our own data source for those of
 * Prometheus and the value in the file for constants. `${DS_…}` that no input declares is a Prometheus, too.
 */
export function withInputs(
  dashboard: JsonObject,
  chosen: ReadonlyMap<string, string> = new Map(),
): JsonObject {
  const inputs = inputsOf(dashboard)
  const values = new Map(
    inputs.map(({ name, type, value }) => [
      name,
      chosen.get(name) ?? (type === 'constant' ? value : OWN_DATA_SOURCE),
    ]),
  )
  for (const [name, value] of chosen) values.set(name, value)
  const variables = new Set(variableNames(dashboard))
  const valueOf = (name: string): string | undefined => {
    if (values.has(name)) return values.get(name)
    return name.startsWith('DS_') && !variables.has(name) ? OWN_DATA_SOURCE : undefined
  }
  const result = withTexts(dashboard, (text) =>
    text.replace(/\$\{(\w+)\}/g, (whole, name: string) => valueOf(name) ?? whole),
  )
  delete result['__inputs']
  delete result['__requires']
  delete result['__elements']
  return result
}

function variableNames(dashboard: JsonObject): string[] {
  const { templating } = dashboard
  return objectsOf(isObject(templating) ? templating['list'] : []).map(({ name }) =>
    scalarText(name),
  )
}
