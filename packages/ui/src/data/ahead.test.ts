import { expect, test } from 'vitest'
import { askAhead, type Reach } from './ahead.ts'

const url = (path: string) => new URL(path, 'http://here/')

function network() {
  const asked: { path: string; signal: AbortSignal | null | undefined }[] = []
  const reach: Reach = ({ pathname, search }, { signal }) => {
    asked.push({ path: pathname + search, signal })
    return Promise.resolve(new Response(`${asked.length}`))
  }
  return { asked, reach }
}

test('what was asked ahead is handed over once, then asked again', async () => {
  const { asked, reach } = network()
  const ahead = askAhead([url('api/v1/alerts')], 7, reach)
  expect(ahead.momentMs()).toBe(7)
  expect(asked.map(({ path }) => path)).toEqual(['/api/v1/alerts'])
  const texts = [1, 2].map(async () => (await ahead.reach(url('api/v1/alerts'), {})).text())
  expect(await Promise.all(texts)).toEqual(['1', '2'])
})

test('another address, and anything but GET, goes its own way', async () => {
  const { asked, reach } = network()
  const ahead = askAhead([url('api/v1/query?query=up')], 0, reach)
  await ahead.reach(url('api/v1/query?query=down'), {})
  await ahead.reach(url('api/v1/query?query=up'), { method: 'POST' })
  expect(asked).toHaveLength(3)
})

test('who took an answer can call it off; at the end what nobody took is called off', async () => {
  const { asked, reach } = network()
  const ahead = askAhead([url('a'), url('b')], 0, reach)
  const abort = new AbortController()
  await ahead.reach(url('a'), { signal: abort.signal })
  ahead.drawn()
  ahead.end()
  expect(asked.map(({ signal }) => signal?.aborted)).toEqual([false, true])
  abort.abort()
  expect(asked[0]?.signal?.aborted).toBe(true)
  expect(ahead.momentMs()).toBeUndefined()
})

test('a failure is heard by who takes the answer, and by nobody else', async () => {
  const ahead = askAhead([url('a'), url('b')], 0, () => Promise.reject(new TypeError('offline')))
  await expect(ahead.reach(url('a'), {})).rejects.toThrow('offline')
  ahead.end()
})
