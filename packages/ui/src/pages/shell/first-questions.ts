// What each page asks first, by its address alone: it is asked while the page's code is still on its way. What is left out or
// wrong here is only asked later; tests/browser/start.test.ts holds that nothing is asked twice.
import { decodedPart } from '../../data/address-part.ts'
import { apiUrl, isTooLong } from '../../data/api.ts'
import { DASHBOARDS_PATH, dashboardJsonPath } from '../../data/dashboard-paths.ts'
import { readQueryLink } from '../../data/query-link.ts'
import { graphQuestion, tableQuestion } from '../../data/query-questions.ts'

interface Opened {
  /** Below the base path, with a slash in front. */
  readonly path: string
  readonly search: string
  readonly baseUri: string
  readonly isAgent: boolean
}

/** Below `api/v1/`, or, of other APIs, below the base with a slash in front. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  '/': ['targets/columns', 'status/tsdb', 'status/runtimeinfo'],
  '/dashboards': [`/${DASHBOARDS_PATH}`],
  '/rules': ['rules'],
  '/silences': ['/api/v2/silences'],
  '/contact-points': ['/api/v2/contact-points'],
  '/notification-policies': ['/api/v2/policies'],
  '/targets': ['targets/columns'],
  '/services': ['services'],
  '/push': ['/api/push/v1/metrics'],
  '/service-discovery': ['targets'],
  '/cluster': ['status/cluster'],
  '/status': ['status/runtimeinfo', 'status/buildinfo'],
  '/flags': ['status/flags'],
  '/config': ['status/config'],
  '/features': ['features'],
}

/** More would keep the page's own code waiting for a connection. */
const QUERIES_MAX = 4

/** @param nowMs  the moment that queries of "now" are asked for */
export function firstQuestions(opened: Opened, nowMs: number): URL[] {
  const { path, search, baseUri, isAgent } = opened
  const inApi = (text: string) =>
    new URL(text.startsWith('/') ? text.slice(1) : `api/v1/${text}`, baseUri)
  // How many alerts fire stands in the navigation.
  const counted = isAgent ? [] : [inApi('alerts')]
  if (path === '/query') return [...queries(search, baseUri, nowMs), ...counted]
  return [...asked(path, search).map(inApi), ...counted]
}

function asked(path: string, search: string): readonly string[] {
  const [, page, uid] = path.split('/')
  if (page === 'd' && uid !== undefined && uid !== '')
    return [`/${dashboardJsonPath(decodedPart(uid))}`, 'status/config']
  if (path === '/alerts')
    return new URLSearchParams(search).get('view') === 'groups' ? [] : ['rules?type=alert']
  return Object.hasOwn(ASKED, path) ? ASKED[path]! : []
}

function queries(search: string, baseUri: string, nowMs: number): URL[] {
  return readQueryLink(search)
    .filter(({ expr, tab }) => expr !== '' && tab !== 'explain')
    .slice(0, QUERIES_MAX)
    .map((panel) => {
      const questionOf = panel.tab === 'graph' ? graphQuestion : tableQuestion
      const { path, params } = questionOf(panel, panel.endMs ?? nowMs)
      return apiUrl(baseUri, path, params)
    })
    .filter((url) => !isTooLong(url))
}
