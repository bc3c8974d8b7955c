import { expect, test } from 'vitest'
import { Cancellations } from './cancellations.ts'

function scene(): {
  cancellations: Cancellations
  said: string[]
  request: (name: string) => { cancel: (error: Error) => void }
} {
  const said: string[] = []
  const request = (name: string): { cancel: (error: Error) => void } => ({
    cancel: () => void said.push(name),
  })
  return { cancellations: new Cancellations(), said, request }
}

test('a signal ends what was asked for with it and still runs, and nothing else', () => {
  const { cancellations, said, request } = scene()
  const one = new AbortController()
  const other = new AbortController()
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(request)
  cancellations.add(a!, one.signal)
  cancellations.add(b!, one.signal)
  cancellations.add(c!, other.signal)
  cancellations.add(d!, undefined)
  cancellations.delete(a!, one.signal)
  one.abort()
  expect(said).toEqual(['b'])
  cancellations.delete(b!, one.signal)
  cancellations.cancelAll(new Error('closed'))
  expect(said).toEqual(['b', 'd', 'c'])
})

test('a signal that was given before ends a request at once', () => {
  const { cancellations, said, request } = scene()
  cancellations.add(request('late'), AbortSignal.abort())
  expect(said).toEqual(['late'])
})
