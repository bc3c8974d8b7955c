// What the panels of a dashboard ask a server, and what it answers.
import {
  type Dashboard,
  loadDashboard,
  type PrometheusData,
  Variables,
  type VariableSource,
} from '@pharos/dashboards'

const DATA_SOURCES = [{ uid: 'pharos', name: 'Pharos', type: 'prometheus', isDefault: true }]

export async function json<T>(url: string, body?: object): Promise<T> {
  const init =
    body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
  return (await (await fetch(url, init)).json()) as T
}

export async function asked(base: string, expr: string): Promise<PrometheusData> {
  const answer = await json<{ status: string; error?: string; data: PrometheusData }>(
    `${base}/api/v1/query?query=${encodeURIComponent(expr)}`,
  )
  if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`)
  return answer.data
}

export function sourceOf(base: string): VariableSource {
  return {
    labelNames: async () => [],
    series: async () => [],
    labelValues: async (label, matchers) => {
      const query = matchers.map((one) => `match[]=${encodeURIComponent(one)}`).join('&')
      return (await json<{ data: string[] }>(`${base}/api/v1/label/${label}/values?${query}`)).data
    },
    query: async (expr) => asked(base, expr),
  }
}

/** Expressions of a dashboard as they are sent, with the titles of their panels. */
export async function queriesOf(
  dashboard: Dashboard,
  source: VariableSource,
): Promise<[title: string, expr: string][]> {
  const toMs = Date.now()
  const range = { fromMs: toMs - 3_600_000, toMs }
  const variables = await Variables.of(dashboard, { dataSources: DATA_SOURCES }).load(source, {
    range,
  })
  const scope = { range, stepMs: 5000, scrapeIntervalMs: 5000 }
  return dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }): [string, string] => [
      title,
      variables.interpolateQuery(expr ?? '', scope),
    ]),
  )
}

/** Queries of a dashboard that a server has no answer to, with the titles of their panels. */
export async function emptyQueries(base: string, text: string): Promise<string[]> {
  const { dashboard } = loadDashboard(JSON.parse(text))
  const found: string[] = []
  for (const [title, expr] of await queriesOf(dashboard, sourceOf(base))) {
    if (expr === '') continue
    const data = await asked(base, expr)
    if (data.resultType === 'vector' && data.result.length === 0)
      found.push(`${dashboard.title}: ${title}: ${expr}`)
  }
  return found
}
