import { expect, test } from 'vitest'
import { UI_PATHS } from '../../serving.ts'
import { staticFrame, staticPages } from './static-frame.tsx'

const LOOK = { theme: 'light', lang: 'en', isAgent: false } as const

test('the frame obeys the policy of the pages, and works below any base path', () => {
  for (const theme of ['light', 'dark'] as const)
    for (const lang of ['en', 'zh'] as const) {
      const html = staticFrame({ ...LOOK, theme, lang })
      expect(html).not.toMatch(/ style=|<script|<style| on[a-z]+=/)
      expect([...html.matchAll(/ href="([^"]*)"/g)].map(([, href]) => href)).not.toContainEqual(
        expect.stringMatching(/^\/|:/),
      )
    }
})

test('the frame speaks the language, and knows whose pages it stands around', () => {
  expect(staticFrame(LOOK)).toContain('>Query<')
  expect(staticFrame({ ...LOOK, lang: 'zh' })).toContain('>查询<')
  expect(staticFrame({ ...LOOK, isAgent: true })).not.toContain('>Query<')
})

test('each page has one link in the frame, and is known to the server', () => {
  const html = staticFrame(LOOK)
  const pages = staticPages()
  for (const { link } of pages) expect(html.split(` href="${link}">`), link).toHaveLength(2)
  expect(pages.flatMap(({ paths }) => paths)).toEqual(expect.arrayContaining([...UI_PATHS]))
})
