import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diskContract } from '../disk.contract.ts'
import { SimDisk } from './sim-disk.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = async (disk: SimDisk, path: string): Promise<string> =>
  new TextDecoder().decode(await disk.readFile(path))

diskContract('simulated disk', async () => {
  const disk = new SimDisk()
  await disk.makeDirectory('/data')
  return { disk, root: '/data', [Symbol.asyncDispose]: async () => {} }
})

test('a power cut takes unsynced bytes and unsynced names', async () => {
  const disk = new SimDisk()
  const kept = await disk.open('/kept', 'create')
  await kept.append(bytesOf('safe'))
  await kept.sync()
  await disk.syncDirectory('/')
  await kept.append(bytesOf(' lost'))
  const unnamed = await disk.open('/unnamed', 'create')
  await unnamed.append(bytesOf('synced, but its name is not'))
  await unnamed.sync()
  const after = disk.crash()
  expect(await after.list('/')).toEqual(['kept'])
  expect(await read(after, '/kept')).toBe('safe')
  await expect(disk.readFile('/kept')).rejects.toThrow('the power is cut')
  await expect(kept.append(bytesOf('x'))).rejects.toThrow('the power is cut')
})

test('a rename is undone as a whole until its directory is synced', async () => {
  const disk = new SimDisk()
  await disk.writeFileAtomic('/a', bytesOf('A'))
  await disk.rename('/a', '/b')
  expect(await disk.crash().list('/')).toEqual(['a'])
})

test('a truncation that was not synced is undone', async () => {
  const disk = new SimDisk()
  await disk.writeFileAtomic('/a', bytesOf('0123456789'))
  const file = await disk.open('/a', 'append')
  await file.truncate(3)
  await file.append(bytesOf('xyz'))
  expect(await read(disk, '/a')).toBe('012xyz')
  expect(await read(disk.crash(), '/a')).toBe('0123456789')
})

test('the crash of a process alone loses nothing', async () => {
  const disk = new SimDisk()
  const file = await disk.open('/a', 'create')
  await file.append(bytesOf('all of it'))
  expect(await read(disk.crash({ keep: 'all' }), '/a')).toBe('all of it')
})

test('an atomic write leaves the old or the new bytes, wherever the power is cut', async () => {
  for (let n = 1; n <= 8; n++) {
    for (let seed = 0; seed < 20; seed++) {
      const disk = new SimDisk()
      await disk.writeFileAtomic('/a', bytesOf('old'))
      disk.failAt(n, 'eio')
      const failed = await disk.writeFileAtomic('/a', bytesOf('new')).then(
        () => false,
        () => true,
      )
      const text = await read(disk.crash({ keep: 'some', tearLastWrite: true, seed }), '/a')
      expect(text, `operation ${n}, seed ${seed}`).toMatch(failed ? /^(old|new)$/ : /^new$/)
    }
  }
})

test('a crash keeps what was synced and invents no byte', () => {
  return fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ text: fc.stringMatching(/^[a-z]{1,9}$/), sync: fc.boolean() })),
      fc.integer(),
      fc.boolean(),
      async (writes, seed, tearLastWrite) => {
        const disk = new SimDisk()
        const file = await disk.open('/a', 'create')
        await disk.syncDirectory('/')
        let written = ''
        let synced = ''
        for (const { text, sync } of writes) {
          await file.append(bytesOf(text))
          written += text
          if (sync) await file.sync()
          if (sync) synced = written
        }
        const left = await read(disk.crash({ keep: 'some', tearLastWrite, seed }), '/a')
        expect(left.startsWith(synced)).toBe(true)
        expect(left.length).toBeLessThanOrEqual(written.length)
        for (let i = 0; i < left.length; i++) expect([written[i], '\0']).toContain(left[i])
      },
    ),
  )
})

test('pages of a failed sync stay lost, even when the next sync succeeds', async () => {
  const disk = new SimDisk()
  const file = await disk.open('/a', 'create')
  await disk.syncDirectory('/')
  await file.append(bytesOf('lost'))
  disk.failAt(1, 'eio')
  await expect(file.sync()).rejects.toMatchObject({ code: 'disk/eio' })
  await file.append(bytesOf('kept'))
  await file.sync()
  expect(await read(disk, '/a')).toBe('lostkept')
  expect(await read(disk.crash(), '/a')).toBe('\0\0\0\0kept')
})

test('a full disk takes what fits, says so, and works again when space returns', async () => {
  const disk = new SimDisk({ capacityBytes: 10 })
  const file = await disk.open('/a', 'create')
  await expect(file.append(bytesOf('0123456789abc'))).rejects.toMatchObject({ code: 'disk/enospc' })
  expect(file.size()).toBe(10)
  expect((await disk.space('/')).freeBytes).toBe(0)
  disk.capacityBytes = 20
  await file.append(bytesOf('abc'))
  expect(file.size()).toBe(13)
})

test('the n-th operation fails with the errno that was asked for, once', async () => {
  const disk = new SimDisk()
  disk.failAt(2, 'emfile')
  await disk.makeDirectory('/x')
  await expect(disk.open('/x/a', 'create')).rejects.toMatchObject({ code: 'disk/emfile' })
  await disk.open('/x/a', 'create')
})

test('locks do not survive a crash, rotten bytes do', async () => {
  const disk = new SimDisk()
  await disk.writeFileAtomic('/a', bytesOf('abc'))
  await disk.lock('/lock')
  disk.corrupt('/a', 1, 0x58)
  const after = disk.crash()
  await after.lock('/lock')
  expect(await read(after, '/a')).toBe('aXc')
})
