import { expect, test } from 'vitest'
import type { Connection } from '../net.ts'
import { SimClock } from './sim-clock.ts'
import { SimNet } from './sim-net.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A host that answers each message with itself, in capitals. */
function shouting(connection: Connection): void {
  connection.listen({
    data: (bytes) => connection.write(encode(new TextDecoder().decode(bytes).toUpperCase())),
    end() {},
    closed() {},
  })
}

function record(connection: Connection): string[] {
  const events: string[] = []
  connection.listen({
    data: (bytes) => events.push(new TextDecoder('latin1').decode(bytes)),
    end: () => events.push('end'),
    closed: (error) => events.push(`closed ${error?.message ?? ''}`),
  })
  return events
}

test('bytes take the latency of the host, twice for an answer', async () => {
  const clock = new SimClock(0)
  const net = new SimNet(clock)
  net.register('web:80', shouting, { latencyMs: 10 })
  const connecting = net.connect({ host: 'web', port: 80 })
  await clock.advance(20)
  const connection = await connecting
  const events = record(connection)
  connection.write(encode('hi'))
  await clock.advance(19)
  expect(events).toEqual([])
  await clock.advance(1)
  expect(events).toEqual(['HI'])
})

test('nobody at an address refuses, a cut host breaks and cannot be reached, a restored one can', async () => {
  const clock = new SimClock(0)
  const net = new SimNet(clock)
  await expect(net.connect({ host: 'web', port: 80 })).rejects.toMatchObject({
    code: 'net/refused',
  })
  net.register('web:80', shouting)
  const connect = async (): Promise<Connection> => {
    const connecting = net.connect({ host: 'web', port: 80 })
    connecting.catch(() => {})
    await clock.advance(0)
    return await connecting
  }
  const events = record(await connect())
  net.cut('web:80')
  expect(events).toEqual(['closed read tcp web:80: connection reset by peer'])
  await expect(connect()).rejects.toMatchObject({ code: 'net/unreachable' })
  net.restore('web:80')
  await connect()
})

test('a silent host hangs until the caller aborts', async () => {
  const clock = new SimClock(0)
  const net = new SimNet(clock)
  net.register('web:80', shouting)
  net.silence('web:80')
  const abort = new AbortController()
  const failed = expect(
    net.connect({ host: 'web', port: 80, signal: abort.signal }),
  ).rejects.toMatchObject({ code: 'net/aborted' })
  await clock.advance(10_000)
  abort.abort()
  await failed
})

test('garbled bytes are wrong in the same way for the same seed', async () => {
  const run = async (seed: number): Promise<string> => {
    const clock = new SimClock(0)
    const net = new SimNet(clock, seed)
    net.register('web:80', shouting)
    net.garble('web:80', 0.5)
    const connecting = net.connect({ host: 'web', port: 80 })
    await clock.advance(0)
    const connection = await connecting
    const events = record(connection)
    connection.write(encode('a long enough message'))
    await clock.advance(1)
    return events.join('')
  }
  expect(await run(1)).toBe(await run(1))
  expect(await run(1)).not.toBe(await run(2))
  expect(await run(1)).not.toBe('A LONG ENOUGH MESSAGE')
})

test('destroying one side ends the other', async () => {
  const clock = new SimClock(0)
  const net = new SimNet(clock)
  const hosts: string[][] = []
  net.register('web:80', (connection) => hosts.push(record(connection)))
  const connecting = net.connect({ host: 'web', port: 80 })
  await clock.advance(0)
  const connection = await connecting
  const events = record(connection)
  connection.destroy()
  connection.write(encode('too late'))
  await clock.advance(1)
  expect(events).toEqual(['closed '])
  expect(hosts).toEqual([['end', 'closed ']])
})
