import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTranslate, type Dictionary } from './dictionary.ts'
import { en as enPages } from './en.ts'
import { words as enAlerting } from './en-alerting.ts'
import { words as enAside } from './en-aside.ts'
import { words as enDashboards } from './en-dashboards.ts'
import { words as enEditor } from './en-editor.ts'
import { words as enOverview } from './en-overview.ts'
import { words as enSystem } from './en-system.ts'
import { words as enTools } from './en-tools.ts'
import { zh as zhPages } from './zh.ts'
import { words as zhAlerting } from './zh-alerting.ts'
import { words as zhAside } from './zh-aside.ts'
import { words as zhDashboards } from './zh-dashboards.ts'
import { words as zhEditor } from './zh-editor.ts'
import { words as zhOverview } from './zh-overview.ts'
import { words as zhSystem } from './zh-system.ts'
import { words as zhTools } from './zh-tools.ts'

const en = {
  ...enPages,
  ...enAlerting,
  ...enAside,
  ...enDashboards,
  ...enEditor,
  ...enOverview,
  ...enSystem,
  ...enTools,
}
const zh = {
  ...zhPages,
  ...zhAlerting,
  ...zhAside,
  ...zhDashboards,
  ...zhEditor,
  ...zhOverview,
  ...zhSystem,
  ...zhTools,
}

const SOURCES = join(import.meta.dirname, '..')

function sources(): { file: string; text: string }[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|text\/(en|zh)[\w-]*\.ts$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(SOURCES, file), 'utf8') }))
}

test('both languages have the same keys and the same blanks to fill', () => {
  const blanks = (dictionary: Dictionary) =>
    Object.fromEntries(
      Object.entries(dictionary).map(([key, text]) => {
        const sentence = typeof text === 'string' ? text : text.other
        return [key, [...sentence.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort()]
      }),
    )
  expect(blanks(zh)).toEqual(blanks(en))
})

test('every key is used by a page', () => {
  const all = sources()
    .map(({ text }) => text)
    .join('\n')
  const unused = Object.keys(en).filter((key) => !all.includes(`'${key}'`))
  expect(unused).toEqual([])
})

test('no page writes a sentence of its own between tags', () => {
  const found = sources().flatMap(({ file, text }) =>
    file.endsWith('.tsx')
      ? [
          ...text.matchAll(
            /<(?:p|h[1-6]|span|button|th|td|a|li|label|small|strong)\b[^<>]*>([A-Za-z][^<>{}]*)</g,
          ),
        ].map(([, words]) => `${file}: ${words}`)
      : [],
  )
  // The name of the product is the same in every language.
  expect(found.filter((line) => !line.endsWith(': Pharos'))).toEqual([])
})

test('blanks are filled, numbers grouped, and the count chooses the form', () => {
  const t = createTranslate(en, 'en')
  expect(t('overview.cpus', { count: 1 })).toBe('1 CPU')
  expect(t('overview.cpus', { count: 1200 })).toBe('1,200 CPUs')
  expect(t('targets.upOf', { up: 1, total: '2' })).toBe('1 / 2 up')
  expect(t('targets.upOf')).toBe(' /  up')
  expect(createTranslate(zh, 'zh')('overview.cpus', { count: 1 })).toBe('1 个 CPU')
})
