// `@pharos/client/browser` where it is for: in a page, without anything of Node.
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import type * as client from '../../packages/client/src/browser.ts'
import { hasBrowser, launch } from './browser.ts'

declare const pharosClient: typeof client

test.skipIf(!hasBrowser)('a page counts, observes and shows what it counted', async () => {
  const bundle = await rolldown({ input: 'packages/client/src/browser.ts', platform: 'browser' })
  const { output } = await bundle.generate({ format: 'iife', name: 'pharosClient' })
  const browser = await launch()
  try {
    const page = await browser.newPage()
    await page.addScriptTag({ content: output[0].code })
    const shown = await page.evaluate(async () => {
      const registry = new pharosClient.Registry()
      registry
        .counter({ name: 'clicks_total', help: 'Clicks.', labelNames: ['on'] })
        .inc({ on: 'ä' })
      const seconds = registry.histogram({ name: 'load_seconds', help: 'Loading.', buckets: [1] })
      const end = seconds.startTimer()
      end()
      const pages: string[] = []
      await new pharosClient.Pusher({
        url: 'http://gateway:9091',
        job: 'page',
        registry,
        fetch: async (url, request) => {
          pages.push(`${request?.method ?? ''} ${new Request(url).url}`)
          return new Response('', { status: 200 })
        },
      }).push()
      return { text: await registry.metrics(), pages }
    })
    expect(shown.text).toContain('clicks_total{on="ä"} 1\n')
    expect(shown.text).toContain('load_seconds_bucket{le="1"} 1\n')
    expect(shown.pages).toEqual(['PUT http://gateway:9091/metrics/job/page'])
  } finally {
    await browser.close()
  }
})
