import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { type Plugin, runnerImport } from 'vite'
import type * as Static from '../src/pages/shell/static-frame.tsx'
import type { FrameList, PageStart } from '../src/serving.ts'
import { ENTRY, filesOf, type Manifest, START } from './manifest.ts'

/** Writes `frames.json`: what the serving door puts into the index page, by language, theme and page. */
export function frames(): Plugin {
  let root = ''
  let directory = ''
  return {
    name: 'pharos-frames',
    apply: 'build',
    configResolved(config) {
      root = config.root
      directory = join(root, config.build.outDir)
    },
    async closeBundle() {
      const manifest = JSON.parse(
        readFileSync(join(directory, '.vite/manifest.json'), 'utf8'),
      ) as Manifest
      // The pages' own components, run here as they run in the browser.
      const { module } = await runnerImport<typeof Static>(
        join(root, 'src/pages/shell/static-frame.tsx'),
        { configFile: false, plugins: [react()] },
      )
      writeFileSync(join(directory, 'frames.json'), JSON.stringify(frameList(module, manifest)))
    },
  }
}

function frameList({ staticFrame, staticPages }: typeof Static, manifest: Manifest): FrameList {
  const frames: Record<string, string> = {}
  for (const lang of ['en', 'zh'] as const)
    for (const theme of ['light', 'dark'] as const)
      for (const isAgent of [false, true])
        frames[`${lang}-${theme}${isAgent ? '-agent' : ''}`] = staticFrame({ lang, theme, isAgent })
  const pages: Record<string, PageStart> = {}
  for (const { paths, link, title, modules, words } of staticPages()) {
    const partOf = (lang: 'en' | 'zh') => (words === undefined ? [] : [`text/${lang}-${words}.ts`])
    const english = [...modules, ...partOf('en')]
    const chinese = [...english, 'text/zh.ts', ...partOf('zh')]
    const files = { en: filesBefore(manifest, english), zh: filesBefore(manifest, chinese) }
    const start = { link, title, files }
    for (const path of paths) pages[path] = start
  }
  return { frames, pages }
}

/** What the browser loads before it draws, in the order in which it is wanted; index.html names the entry itself. */
function filesBefore(manifest: Manifest, modules: readonly string[]): string[] {
  const keys = [ENTRY, START, ...modules.map((path) => `src/${path}`)]
  const files = new Set(keys.flatMap((key) => [...filesOf(manifest, key)]))
  files.delete(manifest[ENTRY]!.file)
  return [...files]
}
