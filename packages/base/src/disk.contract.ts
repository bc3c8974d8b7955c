import { expect, test } from 'vitest'
import type { Disk } from './disk.ts'
import { OutsideError } from './errors.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The code of the OutsideError that `work` ends with. */
async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(OutsideError)
    return (error as OutsideError).code
  }
  return 'no error'
}

/** What every disk does. `make` gives a disk and an empty directory on it, and takes both away again. */
export function diskContract(
  name: string,
  make: () => Promise<{ disk: Disk; root: string; [Symbol.asyncDispose](): Promise<void> }>,
): void {
  test(`${name}: what was appended is read back, also through a second handle`, async () => {
    await using made = await make()
    const { disk, root } = made
    await using file = asClosing(await disk.open(`${root}/a`, 'create'))
    await file.append(bytesOf('hello '))
    await file.append(bytesOf('world'))
    await file.append(new Uint8Array(0))
    expect(file.size()).toBe(11)
    const into = new Uint8Array(8)
    expect(file.readAtSync(into, 6)).toBe(5)
    expect(textOf(into.subarray(0, 5))).toBe('world')
    expect(file.readAtSync(into, 11)).toBe(0)
    expect(file.readAtSync(into, 100)).toBe(0)
    await file.sync()
    await using reader = asClosing(await disk.open(`${root}/a`, 'read'))
    await file.append(bytesOf('!'))
    expect(reader.size()).toBe(12)
    expect(await codeOf(() => reader.append(bytesOf('x')))).toBe('disk/ebadf')
    expect(textOf(await disk.readFile(`${root}/a`))).toBe('hello world!')
  })

  test(`${name}: append continues an old file, truncate shortens it and goes on from there`, async () => {
    await using made = await make()
    const { disk, root } = made
    await disk.writeFileAtomic(`${root}/a`, bytesOf('0123456789'))
    await using file = asClosing(await disk.open(`${root}/a`, 'append'))
    await file.append(bytesOf('ab'))
    await file.truncate(4)
    expect(file.size()).toBe(4)
    await file.append(bytesOf('cd'))
    expect(textOf(await disk.readFile(`${root}/a`))).toBe('0123cd')
    await using added = asClosing(await disk.open(`${root}/new`, 'append'))
    expect(added.size()).toBe(0)
  })

  test(`${name}: modes say what must exist`, async () => {
    await using made = await make()
    const { disk, root } = made
    expect(await codeOf(() => disk.open(`${root}/none`, 'read'))).toBe('disk/enoent')
    expect(await codeOf(() => disk.open(`${root}/no/none`, 'append'))).toBe('disk/enoent')
    await disk.writeFileAtomic(`${root}/a`, bytesOf('x'))
    expect(await codeOf(() => disk.open(`${root}/a`, 'create'))).toBe('disk/eexist')
    expect(await codeOf(() => disk.readFile(`${root}/none`))).toBe('disk/enoent')
    expect(await codeOf(() => disk.readFile(root))).toBe('disk/eisdir')
    expect(await codeOf(() => disk.readTextSync(`${root}/none`))).toBe('disk/enoent')
    expect(await codeOf(() => disk.list(`${root}/none`))).toBe('disk/enoent')
    expect(await codeOf(() => disk.listSync(`${root}/a`))).toBe('disk/enotdir')
    expect(await codeOf(() => disk.remove(`${root}/none`))).toBe('disk/enoent')
    expect(await codeOf(() => disk.readLinkSync(`${root}/a`))).toBe('disk/einval')
    expect(await codeOf(() => disk.syncDirectory(`${root}/none`))).toBe('disk/enoent')
    expect(await codeOf(() => disk.space(`${root}/none`))).toBe('disk/enoent')
  })

  test(`${name}: an error names the operation, the path and what is wrong`, async () => {
    await using made = await make()
    const { disk, root } = made
    await expect(disk.readFile(`${root}/none`)).rejects.toThrow(
      `read ${root}/none: no such file or directory`,
    )
  })

  test(`${name}: a file over the limit is not read`, async () => {
    await using made = await make()
    const { disk, root } = made
    await disk.writeFileAtomic(`${root}/a`, new Uint8Array(5000).fill(7))
    expect((await disk.readFile(`${root}/a`, 5000)).length).toBe(5000)
    expect(await codeOf(() => disk.readFile(`${root}/a`, 4999))).toBe('disk/efbig')
    expect((await disk.readFile(`${root}/a`)).every((byte) => byte === 7)).toBe(true)
  })

  test(`${name}: a closed file is not used again and may be closed twice`, async () => {
    await using made = await make()
    const { disk, root } = made
    const file = await disk.open(`${root}/a`, 'create')
    await file.close()
    await file.close()
    expect(await codeOf(() => file.append(bytesOf('x')))).toBe('disk/ebadf')
    expect(await codeOf(() => file.readAtSync(new Uint8Array(1), 0))).toBe('disk/ebadf')
    expect(await codeOf(() => file.sync())).toBe('disk/ebadf')
  })

  test(`${name}: directories are made deep, listed in order and removed whole`, async () => {
    await using made = await make()
    const { disk, root } = made
    await disk.makeDirectory(`${root}/x/y/z`)
    await disk.makeDirectory(`${root}/x/y/z`)
    for (const one of ['b', 'a', 'B'])
      await disk.writeFileAtomic(`${root}/x/y/${one}`, bytesOf(one))
    expect(await disk.list(`${root}/x/y`)).toEqual(['B', 'a', 'b', 'z'])
    expect(disk.listSync(`${root}/x/y`)).toEqual(['B', 'a', 'b', 'z'])
    expect(disk.readTextSync(`${root}/x/y/B`)).toBe('B')
    await disk.syncDirectory(`${root}/x/y`)
    await disk.removeTree(`${root}/x`)
    await disk.removeTree(`${root}/x`)
    expect(await disk.stat(`${root}/x`)).toBeUndefined()
    expect(await disk.list(root)).toEqual([])
    await disk.writeFileAtomic(`${root}/f`, bytesOf(''))
    expect(await codeOf(() => disk.makeDirectory(`${root}/f/g`))).toBe('disk/enotdir')
    expect(await disk.stat(`${root}/f/g`)).toBeUndefined()
  })

  test(`${name}: stat tells size and kind`, async () => {
    await using made = await make()
    const { disk, root } = made
    await disk.writeFileAtomic(`${root}/a`, bytesOf('abc'))
    expect(await disk.stat(`${root}/a`)).toMatchObject({ bytes: 3, isDirectory: false })
    expect(await disk.stat(root)).toMatchObject({ isDirectory: true })
    expect(await disk.stat(`${root}/none`)).toBeUndefined()
    for (const path of [`${root}/a`, root, `${root}/none`, `${root}/a/b`])
      expect(disk.statSync(path)).toEqual(await disk.stat(path))
  })

  test(`${name}: rename replaces a file, link adds a name`, async () => {
    await using made = await make()
    const { disk, root } = made
    await disk.writeFileAtomic(`${root}/a`, bytesOf('A'))
    await disk.writeFileAtomic(`${root}/b`, bytesOf('B'))
    await disk.rename(`${root}/a`, `${root}/b`)
    expect(await disk.list(root)).toEqual(['b'])
    expect(textOf(await disk.readFile(`${root}/b`))).toBe('A')
    await disk.link(`${root}/b`, `${root}/c`)
    expect(await codeOf(() => disk.link(`${root}/b`, `${root}/c`))).toBe('disk/eexist')
    await disk.remove(`${root}/b`)
    expect(textOf(await disk.readFile(`${root}/c`))).toBe('A')
    expect(await codeOf(() => disk.rename(`${root}/b`, `${root}/d`))).toBe('disk/enoent')
    await disk.makeDirectory(`${root}/dir/sub`)
    await disk.makeDirectory(`${root}/empty`)
    expect(await codeOf(() => disk.rename(`${root}/c`, `${root}/empty`))).toBe('disk/eisdir')
    expect(await codeOf(() => disk.rename(`${root}/empty`, `${root}/dir`))).toBe('disk/enotempty')
    await disk.rename(`${root}/dir`, `${root}/empty`)
    expect(await disk.list(root)).toEqual(['c', 'empty'])
  })

  test(`${name}: an atomic write leaves the file alone, whole, and nothing beside it`, async () => {
    await using made = await make()
    const { disk, root } = made
    await disk.writeFileAtomic(`${root}/a`, bytesOf('old'))
    await Promise.all([
      disk.writeFileAtomic(`${root}/a`, bytesOf('new 1')),
      disk.writeFileAtomic(`${root}/a`, bytesOf('new 2')),
    ])
    expect(textOf(await disk.readFile(`${root}/a`))).toMatch(/^new [12]$/)
    expect(await disk.list(root)).toEqual(['a'])
    await disk.makeDirectory(`${root}/dir/x`)
    expect(await codeOf(() => disk.writeFileAtomic(`${root}/dir`, bytesOf('x')))).toBe(
      'disk/eisdir',
    )
    expect(await disk.list(root)).toEqual(['a', 'dir'])
  })

  test(`${name}: space is counted`, async () => {
    await using made = await make()
    const { disk, root } = made
    const { freeBytes, totalBytes } = await disk.space(root)
    expect(freeBytes).toBeGreaterThan(0)
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes)
    const space = disk.spaceSync(root)
    expect(space.totalBytes).toBe(totalBytes)
    expect(space.filesFree).toBeLessThanOrEqual(space.files)
  })

  test(`${name}: a lock is exclusive until it is given back`, async () => {
    await using made = await make()
    const { disk, root } = made
    const lock = await disk.lock(`${root}/lock`)
    expect(await codeOf(() => disk.lock(`${root}/lock`))).toBe('disk/locked')
    await expect(disk.lock(`${root}/lock`)).rejects.toThrow(/held by process \d+/)
    await lock.release()
    await lock.release()
    const again = await disk.lock(`${root}/lock`)
    await lock.release()
    expect(await codeOf(() => disk.lock(`${root}/lock`))).toBe('disk/locked')
    await again.release()
    expect(await disk.list(root)).toEqual([])
    expect(await codeOf(() => disk.lock(`${root}/none/lock`))).toBe('disk/enoent')
  })

  test(`${name}: a watch tells of a replaced file`, async () => {
    await using made = await make()
    const { disk, root } = made
    await disk.writeFileAtomic(`${root}/a`, bytesOf('1'))
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = disk.watch(`${root}/a`, resolve)
    await disk.writeFileAtomic(`${root}/a`, bytesOf('2'))
    await promise
    stop()
    stop()
    disk.watch(`${root}/none`, resolve)()
    disk.watch(`${root}/no/none`, resolve)()
  })
}

function asClosing<T extends { close(): Promise<void> }>(file: T): T & AsyncDisposable {
  return Object.assign(file, { [Symbol.asyncDispose]: () => file.close() })
}
