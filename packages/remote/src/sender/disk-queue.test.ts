import { silentLogger } from '@pharos/base'
import { SimDisk, SimRandom } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { DiskQueue, type QueuePlace, type QueueRecord } from './disk-queue.ts'

const KIBIBYTE = 1024

function open(disk: SimDisk, from?: QueuePlace, maxBytes = 1 << 30): Promise<DiskQueue> {
  return DiskQueue.open(
    { directory: '/q', maxBytes, fileBytes: 16 * KIBIBYTE, disk, log: silentLogger },
    from,
  )
}

function record(i: number, bytes = 100): QueueRecord {
  return {
    epoch: 7,
    lane: i % 3,
    samples: 10,
    minMs: i,
    maxMs: i + 1,
    mayRepeat: i % 2 === 1,
    body: new SimRandom(i).bytes(bytes),
  }
}

async function rest(queue: DiskQueue): Promise<number[]> {
  const read: number[] = []
  for (let one = await queue.read(); one !== undefined; one = await queue.read())
    read.push(one.minMs)
  return read
}

test('records come out as they went in, in order, also after a restart in the middle', async () => {
  const disk = new SimDisk()
  const queue = await open(disk)
  for (let i = 0; i < 10; i++) await queue.append(record(i))
  expect(await queue.read()).toEqual(record(0))
  expect((await queue.read())!.minMs).toBe(1)
  const from = queue.next
  await queue.close()
  const again = await open(disk, from)
  for (let i = 10; i < 12; i++) await again.append(record(i))
  expect(await rest(again)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(again.isEmpty).toBe(true)
})

test('a file of version 1 is byte by byte as docs/format/remote-queue.md draws it', async () => {
  const disk = new SimDisk()
  const queue = await open(disk)
  await queue.append({ ...record(1), body: Uint8Array.of(1, 2, 3) })
  await queue.close()
  const bytes = await disk.readFile('/q/00000001.queue')
  expect(Buffer.from(bytes).toString('hex')).toBe(
    [
      '5048513101000000', // PHQ1, version, flags
      '1f000000' + '770e2d48', // length, CRC-32C
      '07000000' + '0100' + '0100' + '0a000000', // epoch, lane, flags, samples
      '0100000000000000' + '0200000000000000', // minMs, maxMs
      '010203',
    ].join(''),
  )
})

test('files go when everything in them was dealt with', async () => {
  const disk = new SimDisk()
  const queue = await open(disk)
  for (let i = 0; i < 40; i++) await queue.append(record(i, KIBIBYTE))
  const files = (await disk.list('/q')).length
  expect(files).toBe(3)
  await rest(queue)
  await queue.release(queue.next)
  expect(await disk.list('/q')).toEqual([])
  await queue.append(record(99))
  expect(await rest(queue)).toEqual([99])
})

test('over its limit the oldest file goes, and its samples are counted', async () => {
  const disk = new SimDisk()
  const queue = await open(disk, undefined, 40 * KIBIBYTE)
  for (let i = 0; i < 100; i++) await queue.append(record(i, KIBIBYTE))
  expect(queue.bytes).toBeLessThanOrEqual(40 * KIBIBYTE)
  const left = await rest(queue)
  expect(left.at(-1)).toBe(99)
  expect(left.length * 10 + queue.droppedSamples).toBe(1_000)
  expect(queue.droppedSamples).toBeGreaterThan(0)
})

test('a file that is cut anywhere keeps every whole record before the cut', async () => {
  const whole = new SimDisk()
  const queue = await open(whole)
  for (let i = 0; i < 5; i++) await queue.append(record(i, 20))
  await queue.close()
  const [name] = await whole.list('/q')
  const bytes = await whole.readFile(`/q/${name}`)
  for (let length = 0; length < bytes.length; length++) {
    const disk = new SimDisk()
    await disk.makeDirectory('/q')
    await disk.writeFileAtomic(`/q/${name}`, bytes.subarray(0, length))
    const cut = await open(disk)
    const size = (bytes.length - 8) / 5
    const kept = Math.max(0, Math.floor((length - 8) / size))
    expect(await rest(cut), `cut at ${length}`).toEqual([0, 1, 2, 3, 4].slice(0, kept))
  }
})

test('every flipped byte is found: no record is believed that was not written', async () => {
  const whole = new SimDisk()
  const queue = await open(whole)
  for (let i = 0; i < 3; i++) await queue.append(record(i, 20))
  await queue.close()
  const [name] = await whole.list('/q')
  const bytes = await whole.readFile(`/q/${name}`)
  for (let at = 8; at < bytes.length; at++) {
    const flipped = bytes.slice()
    flipped[at]! ^= 0x10
    const disk = new SimDisk()
    await disk.makeDirectory('/q')
    await disk.writeFileAtomic(`/q/${name}`, flipped)
    const read = await rest(await open(disk))
    expect(read, `byte ${at}`).toEqual([0, 1, 2].slice(0, read.length))
    expect(read.length, `byte ${at}`).toBeLessThan(3)
  }
})

test('a full disk is an error, and the queue goes on when there is room again', async () => {
  const disk = new SimDisk({ capacityBytes: 5_000 })
  const queue = await open(disk)
  let stored = 0
  await expect(
    (async () => {
      for (let i = 0; i < 100; i++) {
        await queue.append(record(i))
        stored++
      }
    })(),
  ).rejects.toMatchObject({ code: 'disk/enospc' })
  disk.capacityBytes = Infinity
  await queue.append(record(1_000))
  const read = await rest(queue)
  expect(read.slice(0, stored)).toEqual(Array.from({ length: stored }, (_, i) => i))
  expect(read.at(-1)).toBe(1_000)
})
