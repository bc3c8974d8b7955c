import { expect, test } from 'vitest'
import { nearest, suggestion } from './nearest.ts'

test('the nearest known word is suggested, a far one is not', () => {
  const known = ['scrape_interval', 'scrape_timeout', 'metrics_path', 'scheme', 'replace', 'keep']
  const check = (word: string, wanted: string | undefined): void =>
    expect(nearest(word, known), word).toBe(wanted)
  check('metric_path', 'metrics_path')
  check('scrape_intreval', 'scrape_interval')
  check('replce', 'replace')
  check('Scheme', 'scheme')
  check('metrics', 'metrics_path')
  check('zzz', undefined)
  check('completely_else', undefined)
  expect(suggestion('kep', known)).toBe('; did you mean keep?')
  expect(suggestion('', [])).toBe('')
})
