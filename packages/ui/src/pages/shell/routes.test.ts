import { expect, test } from 'vitest'
import { UI_PATHS, UI_REDIRECTS } from '../../serving.ts'
import { createPageModules, pageAt, PAGES } from './routes.ts'

test('the server answers the index page for every page, and for nothing else', () => {
  const paths = PAGES.flatMap((page) => page.paths).filter((path) => !(path in UI_REDIRECTS))
  expect([...UI_PATHS].sort()).toEqual(paths.sort())
})

test('a page is found by each of its paths, with or without a slash at the end', () => {
  expect(pageAt('/tsdb-status/')?.title).toBe('nav.status')
  expect(pageAt('/')?.title).toBe('nav.overview')
  expect(pageAt('/constructor')).toBeUndefined()
})

test('the modules that a page names are those that it loads', async () => {
  for (const page of PAGES) {
    const brought = await Promise.all(
      page.modules.map(
        async (path) => (await import(/* @vite-ignore */ `../../${path}`)) as object,
      ),
    )
    expect(Object.values(brought[0]!), page.title).toContain(await page.load())
  }
})

test('a module is loaded once, and again after it failed', async () => {
  const modules = createPageModules()
  let tries = 0
  const Page = () => null
  const page = {
    ...PAGES[0]!,
    load: () => (++tries === 1 ? Promise.reject(new Error('offline')) : Promise.resolve(Page)),
  }
  await expect(modules.load(page)).rejects.toThrow('offline')
  await Promise.all([modules.load(page), modules.load(page)])
  expect([tries, modules.loaded(page)]).toEqual([2, Page])
})
