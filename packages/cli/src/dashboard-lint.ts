// What is wrong with a dashboard: what could not be read, variables that nobody defines, queries that do not parse.
import { UserError } from '@pharos/base'
import { loadDashboard, type Panel, Variables, withInputs } from '@pharos/dashboards'
import { parseExpr } from '@pharos/promql'

interface DashboardFinding {
  /** `panel 7 "CPU", query A`; '' for the dashboard as a whole. */
  readonly path: string
  readonly message: string
}

const RANGE = { fromMs: 0, toMs: 3_600_000 }
const STEP_MS = 15_000

/** @param json  a parsed file, in any schema and wrapper that `loadDashboard` understands */
export function lintDashboard(json: unknown): DashboardFinding[] {
  const { dashboard, problems } = loadDashboard(json)
  const findings: DashboardFinding[] = problems.map(({ path, message }) => ({ path, message }))
  // The cast: what was loaded is an object, and stays one.
  const filled = loadDashboard(withInputs({ ...dashboard })).dashboard
  const variables = Variables.of(filled, {
    dataSources: [{ uid: 'pharos', name: 'Pharos', type: 'prometheus', isDefault: true }],
  })
  const names = new Set(filled.templating.list.map(({ name }) => name))
  const seen = new Set<number>()
  for (const panel of allPanels(filled.panels)) {
    const where = `panel ${panel.id}${panel.title ? ` ${JSON.stringify(panel.title)}` : ''}`
    if (seen.has(panel.id)) findings.push({ path: where, message: `id ${panel.id} is taken twice` })
    seen.add(panel.id)
    for (const [index, { refId, expr }] of panel.targets.entries()) {
      if (typeof expr !== 'string' || expr.trim() === '') continue
      const path = `${where}, query ${refId ?? index + 1}`
      const unknown = unknownVariables(expr, names)
      for (const name of unknown) findings.push({ path, message: `no variable is called ${name}` })
      if (unknown.length > 0) continue
      const message = mistakeIn(variables.interpolateQuery(expr, { range: RANGE, stepMs: STEP_MS }))
      if (message !== undefined) findings.push({ path, message })
    }
  }
  return findings
}

function allPanels(panels: readonly Panel[]): Panel[] {
  return panels.flatMap((panel) => [panel, ...allPanels(panel.panels ?? [])])
}

/** Names after `$` that are neither defined nor given by the page itself. */
function unknownVariables(expr: string, names: ReadonlySet<string>): string[] {
  const found = [...expr.matchAll(/\$\{?(\w+)|\[\[(\w+)/g)].map((match) => match[1] ?? match[2]!)
  const isKnown = (name: string) => names.has(name) || name.startsWith('__') || /^\d+$/.test(name)
  return [...new Set(found.filter((name) => !isKnown(name)))]
}

/** What still waits for a value that only a server knows cannot be judged. */
function mistakeIn(query: string): string | undefined {
  if (query.includes('$')) return undefined
  try {
    parseExpr(query)
    return undefined
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}
