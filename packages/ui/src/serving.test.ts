import { expect, test } from 'vitest'
import {
  acceptedCodings,
  type AssetDisk,
  contentSecurityPolicy,
  type FrameList,
  loadUi,
  type PageRequest,
  preferencesOf,
  UI_PATHS,
  UI_REDIRECTS,
} from './serving.ts'

const INDEX =
  '<!doctype html><html lang="en"><head><base href="/" /><meta property="csp-nonce" nonce="" content="" />' +
  '<title>Pharos</title></head><body><div id="root"></div></body></html>'

const frame = (name: string) =>
  `<a href="./" class="brand">${name}</a><a href="./">All</a><a href="./query">Query</a>`
const FRAMES: FrameList = {
  frames: Object.fromEntries(
    ['en-light', 'en-dark', 'zh-light', 'zh-dark', 'en-light-agent'].map((name) => [
      name,
      frame(name),
    ]),
  ),
  pages: {
    '/': { link: './', title: { en: 'All', zh: '全部' }, files: { en: [], zh: [] } },
    '/query': {
      link: './query',
      title: { en: 'Query', zh: '查询' },
      files: { en: ['assets/query.js'], zh: ['assets/query.js', 'assets/zh.js'] },
    },
  },
}

function disk(index: string = INDEX): AssetDisk {
  const files: Record<string, string> = {
    'dist/assets.json': JSON.stringify({
      build: 'b1',
      assets: {
        'assets/main-x.js': { etag: 'e1', encodings: ['br', 'gz'] },
        'assets/icon.svg': { etag: 'e2', encodings: [] },
        'index.html': { etag: 'e3', encodings: [] },
      },
    }),
    'dist/assets/main-x.js': 'plain',
    'dist/assets/main-x.js.br': 'brotli',
    'dist/assets/main-x.js.gz': 'gzip',
    'dist/assets/icon.svg': '<svg/>',
    'dist/index.html': index,
    'dist/frames.json': JSON.stringify(FRAMES),
  }
  return {
    readFile(path) {
      const text = files[path]
      return text === undefined
        ? Promise.reject(new Error(`no ${path}`))
        : Promise.resolve(new TextEncoder().encode(text))
    },
  }
}

const text = (body: Uint8Array | undefined) => new TextDecoder().decode(body)
const REQUEST: PageRequest = {
  path: '/',
  basePath: '/',
  theme: undefined,
  lang: 'en',
  nonce: 'n0nce==',
}

test('an asset comes in the smallest coding that the request takes, to be kept for ever', async () => {
  const ui = await loadUi('dist', disk())
  const check = (header: string | undefined, body: string, coding: string | undefined) => {
    const answer = ui.asset('assets/main-x.js', header)
    expect([text(answer?.body), answer?.headers['content-encoding']], header).toEqual([
      body,
      coding,
    ])
  }
  check('gzip, deflate, br', 'brotli', 'br')
  check('gzip;q=1.0, br;q=0', 'gzip', 'gzip')
  check('*', 'brotli', 'br')
  check('deflate', 'plain', undefined)
  check(undefined, 'plain', undefined)
  const icon = ui.asset('assets/icon.svg', 'br')
  expect(icon).toMatchObject({
    status: 200,
    headers: {
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'image/svg+xml',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
    },
  })
  expect(icon?.headers).not.toHaveProperty('content-encoding')
})

test('what is no asset is none: no index page, no path outside', async () => {
  const ui = await loadUi('dist', disk())
  for (const path of [
    'assets/gone.js',
    'index.html',
    '',
    '../dist/index.html',
    'assets.json',
    '__proto__',
  ])
    expect(ui.asset(path, 'br'), path).toBeUndefined()
})

test('an asset that the browser has is answered without a body', async () => {
  const ui = await loadUi('dist', disk())
  expect(ui.asset('assets/main-x.js', 'br', '"e1"')).toMatchObject({ status: 304, body: undefined })
})

test('the page carries base, nonce, language and theme of its request', async () => {
  const ui = await loadUi('dist', disk())
  const answer = ui.page({ ...REQUEST, basePath: '/pharos/', theme: 'dark', lang: 'zh' })
  expect(text(answer.body)).toBe(
    '<!doctype html><html lang="zh-CN" data-theme="dark"><head><base href="/pharos/" />' +
      '<meta property="csp-nonce" nonce="n0nce==" content="n0nce==" /><title>全部 · Pharos</title></head>' +
      '<body><div id="root" aria-busy="true"><a href="./" class="brand">zh-dark</a>' +
      '<a aria-current="page" href="./">All</a><a href="./query">Query</a></div></body></html>',
  )
  expect(answer.headers['content-security-policy']).toBe(contentSecurityPolicy('n0nce=='))
  expect(answer.headers['cache-control']).toBe('no-cache')
  const viewer = ui.page({ ...REQUEST, isViewer: true })
  expect(text(viewer.body)).toContain('<html lang="en" data-viewer>')
  expect(viewer.headers['etag']).not.toBe(ui.page(REQUEST).headers['etag'])
  expect(text(ui.page({ ...REQUEST, basePath: '/"><script>/' }).body)).not.toContain('<script>')
})

test('the page names what its path loads, and is drawn in the frame of its look', async () => {
  const ui = await loadUi('dist', disk())
  const page = (look: Partial<PageRequest>) =>
    text(ui.page({ ...REQUEST, path: '/query', ...look }).body)
  expect(page({})).toContain('<link rel="modulepreload" crossorigin href="./assets/query.js" />')
  expect(page({})).not.toContain('zh.js')
  expect(page({ lang: 'zh' })).toContain('assets/zh.js')
  expect(page({})).toContain('<a aria-current="page" href="./query">')
  expect(page({})).toContain('en-light<')
  expect(page({ isAgent: true })).toContain('en-light-agent<')
  expect(() => page({ path: '/gone' })).toThrow('/gone')
})

test('a page that the browser has keeps its policy', async () => {
  const ui = await loadUi('dist', disk())
  const { etag = '' } = ui.page(REQUEST).headers
  const again = ui.page({ ...REQUEST, nonce: 'other', ifNoneMatch: etag })
  expect(again).toMatchObject({ status: 304, body: undefined })
  expect(again.headers).not.toHaveProperty('content-security-policy')
  for (const other of [{ theme: 'dark' as const }, { lang: 'zh' as const }, { basePath: '/x/' }])
    expect(ui.page({ ...REQUEST, ...other, ifNoneMatch: etag }).status).toBe(200)
})

test('a build without the places to fill, or without its list, is refused', async () => {
  await expect(loadUi('dist', disk('<html lang="en"></html>'))).rejects.toThrow('<base href="/" />')
  await expect(loadUi('dist', disk(INDEX.replace(' id="root"', '')))).rejects.toThrow('id="root"')
  await expect(loadUi('elsewhere', disk())).rejects.toThrow('assets.json')
})

test('theme and language come from the address, then the cookies, the language otherwise from the browser', () => {
  expect(preferencesOf('', 'a=1; pharos_theme=dark; pharos_lang=zh', 'en')).toEqual({
    theme: 'dark',
    lang: 'zh',
  })
  expect(preferencesOf('', undefined, 'de, zh-CN;q=0.8, en')).toEqual({
    theme: undefined,
    lang: 'zh',
  })
  expect(preferencesOf('', 'pharos_theme="><x', undefined)).toEqual({
    theme: undefined,
    lang: 'en',
  })
})

test('codings are read as the header means them', () => {
  expect(acceptedCodings('br;q=0, *')).toEqual(['gzip', 'identity'])
  expect(acceptedCodings('GZIP ; q=0.5')).toEqual(['gzip', 'identity'])
})

test('old addresses lead to pages that exist', () => {
  for (const target of Object.values(UI_REDIRECTS)) expect(UI_PATHS).toContain(target.split('?')[0])
  for (const source of Object.keys(UI_REDIRECTS)) expect(UI_PATHS).not.toContain(source)
})

test('the policy allows nothing inline and nobody else', () => {
  const policy = contentSecurityPolicy('abc')
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
})
