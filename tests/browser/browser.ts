// A real browser against a real server, with the checks that hold for every page.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { ROOT } from '../e2e/process.ts'

export const CHROMIUM = '/usr/bin/chromium'
export const hasBrowser: boolean = existsSync(CHROMIUM)
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Look {
  readonly theme: 'light' | 'dark'
  readonly language: 'en' | 'zh'
  readonly width: number
}

/** Where time is short: both themes, both languages and both widths. */
const TWO_LOOKS: readonly Look[] = [
  { theme: 'light', language: 'en', width: 1280 },
  { theme: 'dark', language: 'zh', width: 390 },
]
const isShort = process.env['CI'] !== undefined

/** All eight; two in CI. */
export const LOOKS: readonly Look[] = isShort
  ? TWO_LOOKS
  : (['light', 'dark'] as const).flatMap((theme) =>
      (['en', 'zh'] as const).flatMap((language) =>
        [1280, 390].map((width) => ({ theme, language, width })),
      ),
    )

/** Both themes in both languages, two of them narrow, for what has too many states to be looked at in all eight; two in CI. */
export const FOUR_LOOKS: readonly Look[] = isShort
  ? TWO_LOOKS
  : [
      { theme: 'light', language: 'en', width: 1280 },
      { theme: 'dark', language: 'zh', width: 1280 },
      { theme: 'dark', language: 'en', width: 390 },
      { theme: 'light', language: 'zh', width: 390 },
    ]

export function lookName(look: Look): string {
  return `${look.theme}-${look.language}-${look.width}`
}

export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface Watched {
  readonly context: BrowserContext
  readonly page: Page
  /** Console errors, page errors, failed or foreign requests, CSP reports: everything that must not happen. */
  readonly faults: string[]
}

/** A page in a fresh profile that looks as asked and writes down what must not happen. */
export async function open(browser: Browser, base: string, look: Look): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width < 760 ? 844 : 800 },
    colorScheme: look.theme,
    locale: look.language === 'zh' ? 'zh-CN' : 'en-US',
    hasTouch: look.width < 760,
    timezoneId: 'UTC',
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`page error: ${error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(base) && !url.startsWith('data:') && !url.startsWith('blob:'))
      faults.push(`foreign request: ${url}`)
  })
  await context.exposeFunction('reportCsp', (text: string) => faults.push(`csp: ${text}`))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = (window as unknown as { reportCsp: (text: string) => void }).reportCsp
      report(
        `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      )
    })
  })
  return { context, page, faults }
}

/** axe's violations of WCAG 2.x A and AA, one line each. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    interface Result {
      violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[]
    }
    const { axe } = window as unknown as {
      axe: { run(root: Document, options: unknown): Promise<Result> }
    }
    const found = await axe.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
    })
    return found.violations.flatMap((one) =>
      one.nodes.map(
        (node) =>
          `${one.id}: ${node.target.join(' ')} ${node.failureSummary.replaceAll('\n', ' ')}`,
      ),
    )
  })
}

/** How far the page is wider than the window, px. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
}

/** Saves a picture to .cache/shots, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const directory = join(ROOT, '.cache/shots')
  mkdirSync(directory, { recursive: true })
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage: false })
}
