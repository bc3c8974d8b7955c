import { expect, test } from 'vitest'
import { createTranslate } from './dictionary.ts'
import { en } from './en.ts'
import { spanWords } from './span-words.ts'
import { zh } from './zh.ts'

test('a span of one unit is said in words, any other as it is', () => {
  const english = createTranslate(en, 'en')
  const chinese = createTranslate(zh, 'zh')
  const spans = ['1h', '15m', '24h', '6M', '1h30m', '0.5s']
  expect(spans.map((span) => spanWords(english, span))).toEqual([
    'hour',
    '15 minutes',
    '24 hours',
    '6 months',
    '1h30m',
    '0.5s',
  ])
  expect(spans.slice(0, 4).map((span) => spanWords(chinese, span))).toEqual([
    '1 小时',
    '15 分钟',
    '24 小时',
    '6 个月',
  ])
})
