import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// data → viz → kit → pages: each may import what is before it.
const LAYERS = ['text', 'data', 'viz', 'kit', 'pages']

interface Source {
  readonly file: string
  readonly text: string
}

function sources(): Source[] {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
    .map((file) => ({ file, text: readFileSync(join(import.meta.dirname, file), 'utf8') }))
}

test('imports go from pages down to data, never up', () => {
  const wrong = sources().flatMap(({ file, text }) => {
    const own = LAYERS.indexOf(file.split('/')[0]!)
    if (own < 0) return []
    return [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].flatMap(([, path]) => {
      const target = join(file, '..', path!).split('/')[0]!
      return LAYERS.indexOf(target) > own ? [`${file} imports ${path}`] : []
    })
  })
  expect(wrong).toEqual([])
})

test('react-aria and the editor are imported by lazily loaded modules only', () => {
  const lazy = /(-popover|palette|prom-editor)\.tsx$/
  const wrong = sources()
    .filter(({ file }) => !lazy.test(file))
    .filter(({ text }) => /from '(react-aria-components|@codemirror|@prometheus-io)/.test(text))
  expect(wrong.map(({ file }) => file)).toEqual([])
})

test('clock, network, storage and timers of the browser are used in one file', () => {
  const outside =
    /\b(fetch|setTimeout|setInterval|requestIdleCallback)\(|\bDate\.now\(|\blocalStorage\b|document\.cookie/
  const wrong = sources().filter(
    ({ file, text }) => file !== 'data/browser.ts' && outside.test(text),
  )
  expect(wrong.map(({ file }) => file)).toEqual([])
})
