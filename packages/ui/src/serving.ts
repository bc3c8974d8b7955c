// The serving door: runs in Node, inside the server. It loads the built pages into memory once, answers assets
// with the right encoding and headers, and makes the index page of a request. It opens no socket and reads no
// disk but the one it is given.

/** What is needed of a disk; `Disk` of @pharos/base fits. */
export interface AssetDisk {
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>
}

export interface UiAnswer {
  readonly status: 200 | 304
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

export interface PageRequest {
  /** One of `UI_PATHS`. */
  readonly path: string
  /** Path of the pages as the browser sees it, with a slash at both ends: `/` or `/pharos/`. */
  readonly basePath: string
  readonly theme: 'light' | 'dark' | undefined
  readonly lang: 'en' | 'zh'
  /** Fresh for each request, base64: at least 128 random bits. */
  readonly nonce: string
  /** The request's If-None-Match header. */
  readonly ifNoneMatch?: string | undefined
  /** The pages of an agent: nothing to query. */
  readonly isAgent?: boolean
  /** Whoever asks may look and change nothing. */
  readonly isViewer?: boolean
}

export interface Ui {
  /**
   * @param path  below the base path, without a leading slash: `assets/main-x1.js`
   * @param acceptEncoding  the request's header; undefined for none
   * @returns undefined when there is no such asset: answer 404, never the index page
   */
  asset(
    path: string,
    acceptEncoding: string | undefined,
    ifNoneMatch?: string,
  ): UiAnswer | undefined
  /** The index page, for every path of `UI_PATHS`. A 304 carries no policy: the browser keeps page and policy together. */
  page(request: PageRequest): UiAnswer
}

export interface UiPreferences {
  readonly theme: 'light' | 'dark' | undefined
  readonly lang: 'en' | 'zh'
}

/** Paths below the base path that the index page answers. */
export const UI_PATHS: readonly string[] = [
  '/',
  '/dashboards',
  '/d/:uid',
  '/d/:uid/:slug',
  '/dashboard/new',
  '/dashboard/import',
  '/query',
  '/explore',
  '/alerts',
  '/alerts/history',
  '/rules',
  '/cluster',
  '/rules/new',
  '/rules/:group/:name/edit',
  '/silences',
  '/silences/new',
  '/silences/:id',
  '/silences/:id/edit',
  '/contact-points',
  '/notification-policies',
  '/push',
  '/targets',
  '/services',
  '/service-discovery',
  '/status',
  '/tsdb-status',
  '/flags',
  '/config',
  '/features',
]

/**
 * Old addresses: answer 302 with the new one, its `:parts` filled in, all of the query string kept. In a part `:words` hyphens
 * are spaces.
 */
export const UI_REDIRECTS: Readonly<Record<string, string>> = {
  '/graph': '/query',
  '/classic': '/',
  '/classic/graph': '/query',
  '/new': '/',
  '/new/graph': '/query',
  '/alerting': '/alerts',
  '/alerting/list': '/alerts',
  '/alerting/groups': '/alerts?view=groups',
  '/alerting/new': '/rules/new',
  '/alerting/new/alerting': '/rules/new',
  '/alerting/silences': '/silences',
  '/alerting/silence/new': '/silences/new',
  '/alerting/routes': '/notification-policies',
  '/alerting/notifications': '/contact-points',
  '/alerting/notifications/receivers/new': '/contact-points',
  '/classic/alerts': '/alerts',
  '/classic/rules': '/rules',
  '/classic/targets': '/targets',
  '/classic/service-discovery': '/service-discovery',
  '/classic/config': '/config',
  '/classic/flags': '/flags',
  '/classic/status': '/status',
  '/classic/tsdb-status': '/tsdb-status',
  '/new/alerts': '/alerts',
  '/new/rules': '/rules',
  '/new/targets': '/targets',
  '/new/service-discovery': '/service-discovery',
  '/new/config': '/config',
  '/new/flags': '/flags',
  '/new/status': '/status',
  '/new/tsdb-status': '/tsdb-status',
  '/agent': '/status',
  '/starting': '/',
  '/consoles': '/dashboards',
  '/alertmanager-discovery': '/status',
  '/d-solo/:uid': '/d/:uid?kiosk',
  '/d-solo/:uid/:slug': '/d/:uid/:slug?kiosk',
  '/alerting/silence/:id/edit': '/silences/:id/edit',
  '/dashboards/f/:uid': '/dashboards',
  '/dashboards/f/:uid/:slug': '/dashboards',
  '/dashboards/home': '/dashboards',
  '/dashboard/db/:words': '/dashboards?q=:words',
  '/dashboard-solo/db/:words': '/dashboards?q=:words',
  '/dashboard/new-with-ds/:uid': '/dashboard/new',
  '/alerting/:uid/edit': '/rules',
  '/alerting/:source/:id/view': '/rules',
  '/alerting/:source/:id/find': '/rules?search=:id',
  '/explore/metrics': '/query',
  '/playlists': '/dashboards',
  '/dashboards/folder/new': '/dashboards',
  '/dashboard/snapshots': '/dashboards',
  '/connections/datasources': '/status',
  '/datasources': '/status',
}

const FRAMES = 'frames.json'

const KEEP_FOR_EVER = 'public, max-age=31536000, immutable'

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  txt: 'text/plain; charset=utf-8',
}

/** The policy of the pages: own scripts, own styles and those with the nonce, nothing from anywhere else. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data:`,
    `connect-src 'self'`,
    `font-src 'self'`,
    `base-uri 'self'`,
    `form-action 'self'`,
    `frame-ancestors 'self'`,
  ].join('; ')
}

/** Theme and language of a request: its address first, then its cookies, then the language that its browser prefers. */
export function preferencesOf(
  search: string,
  cookieHeader: string | undefined,
  acceptLanguage: string | undefined,
): UiPreferences {
  const asked = new URLSearchParams(search)
  const cookies = new Map(
    (cookieHeader ?? '').split(/;\s*/).map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at), part.slice(at + 1)]
    }),
  )
  const theme = asked.get('theme') ?? cookies.get('pharos_theme')
  const lang = asked.get('lang') ?? cookies.get('pharos_lang')
  return {
    theme: theme === 'dark' || theme === 'light' ? theme : undefined,
    lang: lang === 'zh' || lang === 'en' ? lang : preferredLang(acceptLanguage ?? ''),
  }
}

function preferredLang(acceptLanguage: string): 'en' | 'zh' {
  for (const part of acceptLanguage.toLowerCase().split(',')) {
    const tag = part.trim()
    if (tag.startsWith('zh')) return 'zh'
    if (tag.startsWith('en')) return 'en'
  }
  return 'en'
}

/** What the build says of each page: `frames.json`. */
export interface FrameList {
  /** HTML of what stands around every page, by language and theme, `en-dark`, of an agent `en-dark-agent`. */
  readonly frames: Readonly<Record<string, string>>
  readonly pages: Readonly<Record<string, PageStart>>
}

export interface PageStart {
  /** Of the frame's links that which leads to the page. */
  readonly link: string
  readonly title: Readonly<Record<'en' | 'zh', string>>
  /** Scripts that are loaded before the page is drawn. */
  readonly files: Readonly<Record<'en' | 'zh', readonly string[]>>
}

interface AssetList {
  readonly build: string
  readonly assets: Readonly<Record<string, { readonly etag: string; readonly encodings: string[] }>>
}

interface LoadedAsset {
  readonly etag: string
  readonly type: string
  /** By content coding; `identity` is always there. */
  readonly bodies: ReadonlyMap<string, Uint8Array>
}

/**
 * Reads the whole build, about 2 MB, into memory.
 *
 * @param directory  the `dist` directory of this package
 * @throws what the disk throws for a missing file, and Error for a build that is not of this version
 */
export async function loadUi(directory: string, disk: AssetDisk): Promise<Ui> {
  const text = new TextDecoder()
  const list = JSON.parse(text.decode(await disk.readFile(`${directory}/assets.json`))) as AssetList
  const assets = new Map<string, LoadedAsset>()
  for (const [path, { etag, encodings }] of Object.entries(list.assets)) {
    if (path === 'index.html' || path === FRAMES) continue
    const bodies = new Map<string, Uint8Array>()
    bodies.set('identity', await disk.readFile(`${directory}/${path}`))
    if (encodings.includes('br')) bodies.set('br', await disk.readFile(`${directory}/${path}.br`))
    if (encodings.includes('gz')) bodies.set('gzip', await disk.readFile(`${directory}/${path}.gz`))
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
    assets.set(path, { etag: `"${etag}"`, type, bodies })
  }
  const index = splitIndex(text.decode(await disk.readFile(`${directory}/index.html`)))
  const frames = JSON.parse(text.decode(await disk.readFile(`${directory}/${FRAMES}`))) as FrameList
  return {
    asset: (path, acceptEncoding, ifNoneMatch) =>
      answerAsset(assets.get(path), acceptEncoding, ifNoneMatch),
    page: (request) => answerPage(index, frames, list.build, request),
  }
}

function answerAsset(
  asset: LoadedAsset | undefined,
  acceptEncoding: string | undefined,
  ifNoneMatch: string | undefined,
): UiAnswer | undefined {
  if (asset === undefined) return undefined
  const headers: Record<string, string> = {
    'cache-control': KEEP_FOR_EVER,
    'content-type': asset.type,
    etag: asset.etag,
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  }
  if (ifNoneMatch === asset.etag) return { status: 304, headers, body: undefined }
  for (const coding of acceptedCodings(acceptEncoding)) {
    const body = asset.bodies.get(coding)
    if (body === undefined) continue
    return {
      status: 200,
      headers: coding === 'identity' ? headers : { ...headers, 'content-encoding': coding },
      body,
    }
  }
  return { status: 200, headers, body: asset.bodies.get('identity') }
}

/** Codings of ours that the request takes, the smallest first; `q=0` forbids one. */
export function acceptedCodings(acceptEncoding: string | undefined): string[] {
  const weights = new Map<string, number>()
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    if (coding === '') continue
    const quality = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(coding, quality === undefined ? 1 : Number(quality.slice(2)))
  }
  const rest = weights.get('*') ?? 0
  const taken = ['br', 'gzip'].filter((coding) => (weights.get(coding) ?? rest) > 0)
  return [...taken, 'identity']
}

type IndexPart = 'lang' | 'base' | 'nonce' | 'title' | 'files' | 'frame'

/** The index page cut at the places that differ from request to request. */
function splitIndex(html: string): readonly (string | { readonly part: IndexPart })[] {
  const cuts: readonly (readonly [string, IndexPart])[] = [
    ['<html lang="en">', 'lang'],
    ['<base href="/" />', 'base'],
    ['<meta property="csp-nonce" nonce="" content="" />', 'nonce'],
    ['<title>Pharos</title>', 'title'],
    ['</head>', 'files'],
    ['<div id="root"></div>', 'frame'],
  ]
  const pieces: (string | { part: IndexPart })[] = []
  let rest = html
  for (const [marker, part] of cuts) {
    const at = rest.indexOf(marker)
    if (at < 0) throw new Error(`index.html of the web pages has no ${marker}; build them again`)
    pieces.push(rest.slice(0, at), { part })
    rest = rest.slice(at + marker.length)
  }
  pieces.push(rest)
  return pieces
}

function answerPage(
  index: ReturnType<typeof splitIndex>,
  list: FrameList,
  build: string,
  request: PageRequest,
): UiAnswer {
  const { basePath, theme, lang, nonce, ifNoneMatch, isAgent = false, isViewer = false } = request
  const etag = `W/"${build}-${isAgent ? 'agent-' : ''}${isViewer ? 'viewer-' : ''}${lang}-${theme ?? 'auto'}-${encodeURIComponent(basePath)}"`
  const headers: Record<string, string> = {
    'cache-control': 'no-cache',
    'content-type': 'text/html; charset=utf-8',
    etag,
    vary: 'cookie, accept-language, authorization',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
  // The page in the browser's cache holds the nonce of the policy that came with it; a 304 must not replace it.
  if (ifNoneMatch === etag) return { status: 304, headers, body: undefined }
  const parts: Readonly<Record<IndexPart, string>> = {
    lang: `<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}"${theme === undefined ? '' : ` data-theme="${theme}"`}${isAgent ? ' data-agent' : ''}${isViewer ? ' data-viewer' : ''}>`,
    base: `<base href="${attribute(basePath)}" />`,
    nonce: `<meta property="csp-nonce" nonce="${attribute(nonce)}" content="${attribute(nonce)}" />`,
    ...pageParts(list, request),
  }
  const html = index
    .map((piece) => (typeof piece === 'string' ? piece : parts[piece.part]))
    .join('')
  return {
    status: 200,
    headers: { ...headers, 'content-security-policy': contentSecurityPolicy(nonce) },
    body: new TextEncoder().encode(html),
  }
}

/** What there is to see, and to load, before the first script runs. */
function pageParts(
  { frames, pages }: FrameList,
  { path, lang, theme, isAgent = false }: PageRequest,
): Record<'title' | 'files' | 'frame', string> {
  const page = pages[path]
  const frame = frames[`${lang}-${theme ?? 'light'}${isAgent ? '-agent' : ''}`]
  if (page === undefined || frame === undefined)
    throw new Error(`the build of the web pages lacks ${path}; build them again`)
  const link = `href="${page.link}">`
  const files = page.files[lang].map(
    (file) => `<link rel="modulepreload" crossorigin href="./${file}" />`,
  )
  return {
    title: `<title>${attribute(page.title[lang])} · Pharos</title>`,
    files: `${files.join('')}</head>`,
    // The code of the pages draws over it, and says then that it is done.
    frame: `<div id="root" aria-busy="true">${frame.replace(link, `aria-current="page" ${link}`)}</div>`,
  }
}

function attribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
