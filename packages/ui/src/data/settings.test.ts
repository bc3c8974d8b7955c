import { expect, test } from 'vitest'
import { createSettings, languageOf, type SettingsSource } from './settings.ts'

function source(
  part: Partial<SettingsSource>,
  cookies: Record<string, string> = {},
): SettingsSource {
  return {
    search: '',
    prefersDark: false,
    languages: ['de', 'zh-CN', 'en'],
    cookie: (name) => cookies[name],
    keep(name, value) {
      cookies[name] = value
    },
    ...part,
  }
}

test('the address wins over the cookie, the cookie over the browser', () => {
  expect(createSettings(source({})).current()).toEqual({
    theme: 'light',
    lang: 'zh',
    zone: 'local',
  })
  const cookies = { pharos_theme: 'dark', pharos_lang: 'en', pharos_zone: 'utc' }
  expect(createSettings(source({}, cookies)).current()).toEqual({
    theme: 'dark',
    lang: 'en',
    zone: 'utc',
  })
  expect(
    createSettings(source({ search: '?theme=light&lang=zh' }, cookies)).current(),
  ).toMatchObject({
    theme: 'light',
    lang: 'zh',
  })
})

test('what is no theme or language is passed over', () => {
  const settings = createSettings(
    source({ search: '?theme=pink&lang=fr', prefersDark: true, languages: [] }),
  )
  expect(settings.current()).toMatchObject({ theme: 'dark', lang: 'en' })
  expect(languageOf(['ZH-hant-TW'])).toBe('zh')
})

test('a change is kept and told to those who watch', () => {
  const cookies: Record<string, string> = {}
  const settings = createSettings(source({}, cookies))
  let told = 0
  const stop = settings.subscribe(() => told++)
  settings.change({ theme: 'dark' })
  stop()
  settings.change({ lang: 'en' })
  expect(told).toBe(1)
  expect(settings.current()).toMatchObject({ theme: 'dark', lang: 'en' })
  expect(cookies).toEqual({ pharos_theme: 'dark', pharos_lang: 'en' })
})
