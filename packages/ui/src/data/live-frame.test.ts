import { expect, test } from 'vitest'
import type { Api, Params } from './api.ts'
import { moveOn, shownStartMs } from './live-frame.ts'

/** A server on which every point has its own time as its value. */
function clockServer(asked: Params[]): Api {
  return {
    get<T>(_path: string, params: Params) {
      asked.push(params)
      const values: [number, string][] = []
      for (let t = Number(params['start']); t <= Number(params['end']); t += Number(params['step']))
        values.push([t, String(t)])
      return Promise.resolve({
        data: { resultType: 'matrix', result: [{ metric: { mode: 'user' }, values }] } as T,
        warnings: [],
        infos: [],
        elapsedMs: 1,
      })
    },
    read: () => Promise.reject(new Error('not asked for')),
    send: () => Promise.reject(new Error('not asked for')),
    text: () => Promise.resolve(''),
    lines: () => Promise.resolve(),
    json: () => Promise.reject(new Error('not asked here')),
  }
}

const WINDOW = { rangeSeconds: 50, stepSeconds: 5 }
const QUERIES = [{ expr: 'x', name: undefined, by: 'mode', order: [] }]

test('after the first time only the tail is asked for, and the frame is the same as asked at once', async () => {
  const asked: Params[] = []
  const api = clockServer(asked)
  const { signal } = new AbortController()
  const first = await moveOn(api, QUERIES, WINDOW, undefined, 1_000_003, signal)
  const second = await moveOn(api, QUERIES, WINDOW, first, 1_011_000, signal)
  const whole = await moveOn(api, QUERIES, WINDOW, undefined, 1_011_000, signal)
  expect(asked.map(({ start, end }) => [start, end])).toEqual([
    [950, 1000],
    [985, 1010],
    [960, 1010],
  ])
  expect(second).toEqual(whole)
  expect(second.frame.series[0]?.name).toBe('user')
})

test('after a long pause, or when the clock went back, the whole window is asked for', async () => {
  const asked: Params[] = []
  const api = clockServer(asked)
  const { signal } = new AbortController()
  const first = await moveOn(api, QUERIES, WINDOW, undefined, 1_000_000, signal)
  await moveOn(api, QUERIES, WINDOW, first, 2_000_000, signal)
  await moveOn(api, QUERIES, WINDOW, first, 900_000, signal)
  expect(asked.map(({ start, end }) => [start, end])).toEqual([
    [950, 1000],
    [1950, 2000],
    [850, 900],
  ])
})

test('the samples of a young server fill the graph', () => {
  const end = 1_000_000_000
  const minutes = (count: number) => count * 60_000
  const check = (ageMs: number | undefined, shownMs: number) =>
    expect(
      end - shownStartMs(end - minutes(15), end, ageMs === undefined ? undefined : end - ageMs),
    ).toBe(shownMs)
  check(1000, minutes(2))
  check(minutes(10), minutes(11))
  check(minutes(14), minutes(15))
  check(minutes(90), minutes(15))
  check(-5000, minutes(15))
  check(undefined, minutes(15))
})
