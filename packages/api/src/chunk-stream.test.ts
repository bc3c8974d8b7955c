import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '@pharos/base'
import { expect, test } from 'vitest'
import { ChunkStream } from './chunk-stream.ts'
import { ChunkPool } from './chunk-writer.ts'
import { CHUNK_BYTES } from './limits.ts'

/** Holds what it is given as a socket does, and looks at it when it is out. */
class Socket extends Writable {
  readonly seen: number[] = []

  constructor() {
    super({ highWaterMark: 16_384 })
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    setImmediate(() => {
      for (const { chunk } of chunks) {
        if (!chunk.every((byte) => byte === chunk[0])) done(new Error('a chunk was overwritten'))
        this.seen.push(chunk[0]!)
      }
      done()
    })
  }
}

test('chunks are used again, and none before it is out', async () => {
  const pool = new ChunkPool()
  const used = new Set<unknown>()
  const chunk = (i: number): Buffer => {
    const buffer = pool.take(CHUNK_BYTES)
    used.add(buffer.buffer)
    return buffer.fill(i)
  }
  function* rest(): Generator<Buffer, void, undefined> {
    for (let i = 2; i < 60; i++) yield chunk(i)
  }
  const socket = new Socket()
  // Every look at the clock takes a millisecond, so that others get their turns.
  let nowMs = 0
  let turns = 0
  const clock = {
    monotonicMs: () => nowMs++,
    sleep: () => {
      turns++
      return Promise.resolve()
    },
  } as unknown as Clock
  await pipeline(new ChunkStream([chunk(0), chunk(1)], rest(), clock, pool), socket)
  expect(turns).toBeGreaterThan(3)
  expect(socket.seen).toEqual([...Array(60).keys()])
  expect(used.size).toBeLessThan(10)
})
