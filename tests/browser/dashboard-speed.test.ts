// How fast a dashboard is there and how steady it stays: 30 panels of 16 series. Prints what it measures beside what was
// measured when these pages were designed; what fails here is only what is wrong on any machine.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  freePort,
  pharos,
  ready,
  run,
  NODE,
  PHAROS,
  type Running,
  temporaryDirectory,
} from '../e2e/process.ts'
import { hasBrowser, launch, open } from './browser.ts'

const DESK = { theme: 'light', language: 'en', width: 1280 } as const
const SLOW = { timeout: 60_000 }
const MIB = 2 ** 20

const PANELS = 30
const SERIES = 16
const STEP_SECONDS = 15
const POINTS = 240
/** One chart of many lines. */
const MANY_SERIES = 100
const MANY_POINTS = 1000

let server: Running
let browser: Browser
let base = ''
const figures: string[] = []

const note = (what: string, value: number, unit: string, designed: number | undefined): void => {
  const ratio = designed === undefined ? '' : `  ${(value / designed).toFixed(2)} x ${designed}`
  figures.push(`  ${what.padEnd(46)} ${value.toFixed(1).padStart(9)} ${unit}${ratio}\n`)
}

beforeAll(async () => {
  if (!hasBrowser) return
  const directory = temporaryDirectory(true)
  const nowSeconds = Math.floor(Date.now() / 1000)
  const text = join(directory, 'samples.om')
  writeFileSync(text, samples(nowSeconds))
  const data = join(directory, 'data')
  const made = await run(NODE, [
    PHAROS,
    'promtool',
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    text,
    data,
  ])
  if (made.code !== 0) throw new Error(made.output)
  const config = join(directory, 'pharos.yml')
  writeFileSync(config, `global: {scrape_interval: ${STEP_SECONDS}s}\n`)
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  server = pharos(
    [
      'server',
      `--config.file=${config}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=10y',
    ],
    { lasting: true, cwd: directory },
  )
  browser = await launch()
  await ready(base, server)
  for (const dashboard of [many(nowSeconds), lines(nowSeconds)]) await save(dashboard)
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
  if (figures.length > 0)
    process.stdout.write(
      `\ndashboards, measured (ratio to the design's own figure):\n${figures.join('')}`,
    )
})

/** Waves that end now, in OpenMetrics. */
function samples(nowSeconds: number): string {
  const out = ['# TYPE wave gauge\n']
  for (let panel = 0; panel < PANELS; panel++)
    for (let line = 0; line < SERIES; line++)
      for (let i = POINTS; i >= 0; i--) {
        const value = Math.sin((i + panel * 7) / 20) * 50 + line * 20
        out.push(
          `wave{panel="${panel}",line="${line}"} ${value.toFixed(2)} ${nowSeconds - i * STEP_SECONDS}\n`,
        )
      }
  out.push('# TYPE many gauge\n')
  for (let line = 0; line < MANY_SERIES; line++)
    for (let i = MANY_POINTS; i >= 0; i--)
      out.push(
        `many{line="${line}"} ${(Math.cos(i / 50) * 10 + line).toFixed(2)} ${nowSeconds - i * STEP_SECONDS}\n`,
      )
  out.push('# EOF\n')
  return out.join('')
}

async function save(dashboard: object): Promise<void> {
  const response = await fetch(`${base}/api/dashboards/db`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dashboard, overwrite: true }),
  })
  expect(response.status, await response.text()).toBe(200)
}

const panelOf = (id: number, w: number, h: number, expr: string) => ({
  id,
  type: 'timeseries',
  title: `Panel ${id}`,
  gridPos: { x: ((id - 1) * w) % 24, y: Math.floor(((id - 1) * w) / 24) * h, w, h },
  targets: [{ refId: 'A', expr, legendFormat: '{{line}}' }],
  fieldConfig: { defaults: {}, overrides: [] },
  options: {},
})

const many = (nowSeconds: number) => ({
  uid: 'many',
  title: 'Thirty panels',
  schemaVersion: 41,
  time: { from: new Date((nowSeconds - 2700) * 1000).toISOString(), to: 'now' },
  panels: Array.from({ length: PANELS }, (_, index) =>
    panelOf(index + 1, 8, 6, `wave{panel="${index}"}`),
  ),
})

const lines = (nowSeconds: number) => ({
  uid: 'lines',
  title: 'Many lines',
  schemaVersion: 41,
  time: {
    from: new Date((nowSeconds - MANY_POINTS * STEP_SECONDS) * 1000).toISOString(),
    to: 'now',
  },
  panels: [panelOf(1, 24, 16, 'many')],
})

/** Counts from the first script on what keeps the page from answering. */
async function watchLongTasks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { blockingMs: 0, lastEndMs: 0 }
    ;(window as unknown as { longTasks: typeof seen }).longTasks = seen
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        seen.blockingMs += duration - 50
        seen.lastEndMs = Math.max(seen.lastEndMs, startTime + duration)
      }
    }).observe({ type: 'longtask', buffered: true })
  })
}

async function settled(page: Page): Promise<void> {
  await page.locator('.dash-panel').first().waitFor(SLOW)
  await expect.poll(() => page.locator('.loading-dot').count(), SLOW).toBe(0)
  await page.waitForLoadState('networkidle')
}

/** Bytes that are still used after everything that can go has gone. */
async function heapBytes(cdp: CDPSession): Promise<number> {
  for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize
}

test.skipIf(!hasBrowser)(
  'thirty panels of sixteen series are drawn, and a hundred refreshes leave the heap as it was',
  async () => {
    const { context, page, faults } = await open(browser, base, DESK)
    await page.setViewportSize({ width: 1280, height: 2600 })
    await watchLongTasks(page)
    await page.goto(`${base}/d/many/x`)
    await settled(page)
    await expect.poll(() => page.locator('.dash-panel canvas').count(), SLOW).toBe(PANELS)
    const load = await page.evaluate(() => {
      const { longTasks } = window as unknown as {
        longTasks: { blockingMs: number; lastEndMs: number }
      }
      const paint = performance.getEntriesByName('first-contentful-paint')[0]
      const asked = performance
        .getEntriesByType('resource')
        .filter(({ name }) => /\/api\//.test(name)) as PerformanceResourceTiming[]
      return {
        fcpMs: paint?.startTime ?? Number.NaN,
        firstCallMs: Math.min(...asked.map(({ startTime }) => startTime)),
        drawnMs: Math.max(longTasks.lastEndMs, ...asked.map(({ responseEnd }) => responseEnd)),
        blockingMs: longTasks.blockingMs,
        requests: asked.length,
      }
    })
    note('first paint', load.fcpMs, 'ms', 228)
    note('first API call', load.firstCallMs, 'ms', 316)
    note('30 panels x 16 series drawn', load.drawnMs, 'ms', 880)
    note('total blocking', load.blockingMs, 'ms', 24)
    note('API requests for it', load.requests, '', undefined)
    // One request for all panels and not one for each: the browser has six connections.
    expect(load.requests).toBeLessThan(PANELS)

    const cdp = await context.newCDPSession(page)
    await cdp.send('Performance.enable')
    const scriptMs = async (): Promise<number> => {
      const { metrics } = await cdp.send('Performance.getMetrics')
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0)
    }
    const refresh = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) {
        const answered = page.waitForResponse((response) => response.url().includes('query_batch'))
        await page.locator('[data-refresh]').click()
        await (await answered).finished()
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
      }
      await settled(page)
    }
    const startMs = await scriptMs()
    await refresh(5)
    note(
      'one refresh of 30 panels, main thread',
      ((await scriptMs()) - startMs) / 5,
      'ms',
      undefined,
    )
    const before = await heapBytes(cdp)
    // Panels far from the window ask for nothing: the others show what piles up, sooner.
    await page.setViewportSize({ width: 1280, height: 400 })
    await refresh(95)
    const after = await heapBytes(cdp)
    note('JS heap after 5 refreshes', before / MIB, 'MiB', 20)
    note('JS heap after 100 refreshes', after / MIB, 'MiB', undefined)
    // A tenth, and what the browser itself keeps of a hundred answers.
    expect(after).toBeLessThan(before * 1.1 + MIB)
    expect(faults).toEqual([])
    await context.close()
  },
)

test.skipIf(!hasBrowser)('a chart of a hundred lines follows the pointer', async () => {
  const { context, page, faults } = await open(browser, base, DESK)
  await page.goto(`${base}/d/lines/x`)
  await settled(page)
  const plot = page.locator('.dash-panel .u-over').first()
  await plot.waitFor(SLOW)
  const hover = await plot.evaluate(async (over) => {
    const box = over.getBoundingClientRect()
    const took: number[] = []
    for (let i = 0; i < 60; i++) {
      const at = {
        clientX: box.x + ((i + 1) / 62) * box.width,
        clientY: box.y + box.height / 2,
        bubbles: true,
      }
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const startMs = performance.now()
      over.dispatchEvent(new MouseEvent(i === 0 ? 'mouseenter' : 'mousemove', at))
      over.dispatchEvent(new MouseEvent('mousemove', at))
      await new Promise((resolve) => requestAnimationFrame(resolve))
      void document.body.offsetHeight
      took.push(performance.now() - startMs)
    }
    return took.sort((a, b) => a - b)
  })
  note('pointer over 100 x 1000 points, p95', hover[Math.floor(hover.length * 0.95)]!, 'ms', 18)
  await plot.hover()
  await page.locator('.chart-tip').first().waitFor(SLOW)
  expect(faults).toEqual([])
  await context.close()
})
