// Dashboards of a real server: what is shipped has data, tools of Grafana save and read, a hand edits the files.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadDashboard, type VariableSource } from '@pharos/dashboards'
import { builtInDashboards } from '@pharos/dashboards/builtin'
import { parseExpr } from '@pharos/promql'
import { asked, emptyQueries, json, queriesOf } from './panel-queries.ts'
import { freePort, NODE, PHAROS, pharos, ready, run, temporaryDirectory, until } from './process.ts'

/** Of these every panel has data as soon as a server runs. */
const WITH_DATA = ['pharos-host', 'pharos-nodejs', 'pharos-itself']

async function up(...flags: string[]): Promise<{ base: string; more: string; directory: string }> {
  const directory = temporaryDirectory()
  const [port, node, push, more] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const running = pharos([
    'up',
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--dashboards.path=${join(directory, 'dashboards')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--node.web.listen-address=127.0.0.1:${node}`,
    `--pushgateway.web.listen-address=127.0.0.1:${push}`,
    `--dashboards.listen-address=127.0.0.1:${more}`,
    ...flags,
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base, running)
  return { base, more: `http://127.0.0.1:${more}`, directory }
}

const NOTHING: VariableSource = {
  labelNames: async () => [],
  labelValues: async () => [],
  series: async () => [],
  query: async () => ({ resultType: 'vector', result: [] }),
}

test('every query of what is shipped parses', async () => {
  let count = 0
  for (const text of builtInDashboards()) {
    const { dashboard, problems } = loadDashboard(JSON.parse(text))
    expect(problems).toEqual([])
    for (const [title, expr] of await queriesOf(dashboard, NOTHING)) {
      count++
      expect(
        () => parseExpr(expr, { features: new Set() }),
        `${dashboard.title}: ${title}: ${expr}`,
      ).not.toThrow()
    }
  }
  console.log(`built-in dashboards: ${builtInDashboards().length}, ${count} queries parse`)
})

test(
  'Host, Node.js process and Pharos itself have data in every panel, tools save and read, hands edit files',
  { timeout: 120_000 },
  async () => {
    const { base, more, directory } = await up()
    for (const text of builtInDashboards()) {
      const { dashboard } = loadDashboard(JSON.parse(text))
      if (!WITH_DATA.includes(dashboard.uid ?? '')) continue
      const empty = await until(
        'data in every panel',
        async () => {
          const found = await emptyQueries(base, text)
          return found.length === 0 ? 'full' : undefined
        },
        60_000,
      )
      expect(empty).toBe('full')
      console.log(
        `${dashboard.title}: ${dashboard.panels.filter(({ type }) => type !== 'row').length} panels with data`,
      )
    }

    // Grafana's paths, on both addresses.
    expect(await json(`${more}/api/health`)).toMatchObject({ database: 'ok' })
    const saved = await json<{ uid: string; version: number }>(`${base}/api/dashboards/db`, {
      dashboard: { title: 'Mine', panels: [] },
      message: 'first',
    })
    expect(saved).toMatchObject({ status: 'success', version: 1, slug: 'mine' })
    const hits = await json<{ uid: string }[]>(`${more}/api/search?query=mine`)
    expect(hits.map(({ uid }) => uid)).toEqual([saved.uid])
    const path = join(directory, 'dashboards', 'mine.json')
    expect(readdirSync(join(directory, 'dashboards'))).toContain('mine.json')

    // A hand changes the file while a page has it open: the page's save is refused, both are kept.
    writeFileSync(path, readFileSync(path, 'utf8').replace('Mine', 'By hand'))
    await until(
      'the change by hand',
      async () => {
        const { dashboard } = await json<{ dashboard: { title: string } }>(
          `${base}/api/dashboards/uid/${saved.uid}`,
        )
        return dashboard.title === 'By hand' ? true : undefined
      },
      10_000,
    )
    const conflict = await fetch(`${base}/api/dashboards/db`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ dashboard: { uid: saved.uid, title: 'In the page', version: 1 } }),
    })
    expect(conflict.status).toBe(412)
    const versions = await json<{ version: number }[]>(
      `${base}/api/dashboards/uid/${saved.uid}/versions`,
    )
    expect(versions.map(({ version }) => version)).toEqual([2, 1])

    // An import says its inputs; a corrupt file is told and the others load.
    const imported = await json<{ uid: string; imported: boolean }>(
      `${base}/api/dashboards/import`,
      {
        dashboard: {
          title: 'Exported',
          __inputs: [{ name: 'DS_X', type: 'datasource', pluginId: 'prometheus' }],
          panels: [{ id: 1, type: 'stat', datasource: '${DS_X}' }],
        },
        inputs: [{ name: 'DS_X', type: 'datasource', pluginId: 'prometheus', value: 'pharos' }],
      },
    )
    expect(imported.imported).toBe(true)
    expect(JSON.stringify(await json(`${base}/api/dashboards/uid/${imported.uid}`))).not.toContain(
      'DS_X',
    )
    writeFileSync(join(directory, 'dashboards', 'broken.json'), '{"title": ')
    await until(
      'the broken file to be told',
      async () =>
        (await json<unknown[]>(`${base}/api/dashboards/problems`)).length > 0 ? true : undefined,
      10_000,
    )
    expect((await json<unknown[]>(`${base}/api/search?type=dash-db`)).length).toBe(
      builtInDashboards().length + 2,
    )
    for (const uid of ['..%2f..%2fetc%2fpasswd', '%2e%2e', 'a%00b', '..%5cx'])
      expect((await fetch(`${base}/api/dashboards/uid/${uid}`)).status, uid).toBeGreaterThanOrEqual(
        400,
      )
    expect(
      (await fetch(`${base}/api/dashboards/uid/${saved.uid}`, { method: 'DELETE' })).status,
    ).toBe(200)
  },
)

test(
  'a Grafana that has us as its data source gets an answer to each of its questions',
  { timeout: 60_000 },
  async () => {
    const { base } = await up()
    const through = `${base}/api/datasources/proxy/uid/pharos/api/v1`
    await until(
      'the first scrapes',
      async () => {
        const data = await asked(base, 'up')
        return data.resultType === 'vector' && data.result.length > 2 ? true : undefined
      },
      30_000,
    )
    const now = Math.floor(Date.now() / 1000)
    const form = (fields: Record<string, string>): RequestInit => ({
      method: 'POST',
      body: new URLSearchParams(fields),
    })
    // What the data source's documentation says that it asks: health, queries, metadata, labels, exemplars.
    const questions: [path: string, init: RequestInit][] = [
      ['status/buildinfo', {}],
      ['query', form({ query: '1+1', time: String(now) })],
      [
        'query_range',
        form({ query: 'up', start: String(now - 600), end: String(now), step: '15' }),
      ],
      ['query_exemplars', form({ query: 'up', start: String(now - 600), end: String(now) })],
      ['series', form({ 'match[]': 'up', start: String(now - 600), end: String(now) })],
      ['labels', form({ start: String(now - 600), end: String(now) })],
      ['label/__name__/values', {}],
      [`label/job/values?match[]=up&start=${now - 600}&end=${now}`, {}],
      ['metadata', {}],
      ['metadata?metric=up', {}],
      ['rules', {}],
      ['alerts', {}],
    ]
    for (const at of [`${base}/api/v1`, through]) {
      for (const [path, init] of questions) {
        const answer = await fetch(`${at}/${path}`, init)
        const body = (await answer.json()) as { status: string }
        expect([answer.status, body.status], `${at}/${path}`).toEqual([200, 'success'])
      }
    }
    console.log(
      `data source: ${questions.length} kinds of question, asked directly and through the proxy`,
    )
  },
)

test(
  'provisioned files are served with their inputs, the command moves files byte for byte, annotations are kept',
  { timeout: 60_000 },
  async () => {
    const provisioning = temporaryDirectory()
    mkdirSync(join(provisioning, 'boards', 'Below'), { recursive: true })
    writeFileSync(
      join(provisioning, 'all.yml'),
      'apiVersion: 1\nproviders:\n  - {name: a, folder: Given, type: file, options: {path: boards}}\n',
    )
    const asking = {
      uid: 'given',
      title: 'Given',
      __inputs: [{ name: 'DS_P', type: 'datasource', pluginId: 'prometheus' }],
      panels: [{ id: 1, type: 'stat', datasource: '${DS_P}', targets: [{ expr: 'up' }] }],
    }
    const file = join(provisioning, 'boards', 'Below', 'given.json')
    writeFileSync(file, JSON.stringify(asking, null, '\t'))
    const { base, more } = await up(`--dashboards.provisioning=${provisioning}`)
    const served = await json<{ dashboard: { panels: unknown[] }; meta: object }>(
      `${base}/api/dashboards/uid/given`,
    )
    expect(served.meta).toMatchObject({ provisioned: true, folderTitle: 'Given/Below' })
    expect(JSON.stringify(served.dashboard)).not.toContain('DS_P')

    const command = async (...args: string[]) =>
      run(NODE, [PHAROS, 'dashboards', ...args, ...(args[0] === 'lint' ? [] : ['--server', base])])
    expect((await command('list')).output).toContain('given\tGiven/Below\tGiven\n')
    expect((await command('export', 'given')).output).toBe(readFileSync(file, 'utf8'))
    const own = join(provisioning, 'own.json')
    writeFileSync(own, '{"uid": "own", "title": "Own", "kept": 1.50, "panels": []}')
    const imported = await command('import', own, '--folder', 'Mine')
    expect(imported.output).toContain('own.json: own, version 1: /d/own/own')
    expect((await command('import', own)).output).toMatch(/changed by somebody else/)
    expect((await command('lint', file)).output).toContain('1 file checked, 0 findings')

    // Both addresses know what one of them was told.
    const { id } = await json<{ id: number }>(`${base}/api/annotations`, { text: 'v2', time: 5 })
    expect(await json(`${more}/api/annotations/${id}`)).toMatchObject({ text: 'v2', time: 5 })
  },
)
