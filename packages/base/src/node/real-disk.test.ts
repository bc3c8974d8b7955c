import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { diskContract } from '../disk.contract.ts'
import { createRealDisk } from './real-disk.ts'

async function makeDisk() {
  const root = await mkdtemp(join(tmpdir(), 'base-disk-'))
  return {
    disk: createRealDisk(),
    root,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

diskContract('real disk', makeDisk)

test('kernel files without a size are read to their end', async () => {
  const disk = createRealDisk()
  const text = new TextDecoder().decode(await disk.readFile('/proc/self/status'))
  expect(text).toContain('VmRSS')
  expect(disk.readTextSync('/proc/self/stat')).toContain(String(process.pid))
  expect(disk.readLinkSync('/proc/self/exe')).toContain('node')
})

test('a lock whose owner was killed is taken over, and only once', async () => {
  await using made = await makeDisk()
  const path = `${made.root}/lock`
  const door = new URL('./index.ts', import.meta.url).href
  const source = `import { createRealDisk } from ${JSON.stringify(door)}
    await createRealDisk().lock(${JSON.stringify(path)}); process.stdout.write('locked'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source])
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await expect(made.disk.lock(path)).rejects.toThrow(`held by process ${child.pid}`)
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => made.disk.lock(path)))
  const taken = results.filter((one) => one.status === 'fulfilled')
  expect(taken.length).toBe(1)
  await taken[0]!.value.release()
})

test('a lock of an earlier boot, of a reused pid or full of rubbish is stale', async () => {
  await using made = await makeDisk()
  const path = `${made.root}/lock`
  const own = await made.disk.lock(path)
  const [pid, start, boot] = (await readFile(path, 'utf8')).split(' ')
  await own.release()
  for (const stale of [`${pid} 1 ${boot} x\n`, `${pid} ${start} other-boot x\n`, 'rubbish', '']) {
    await writeFile(path, stale)
    const lock = await made.disk.lock(path)
    await lock.release()
  }
  await writeFile(path, `${pid} ${start} ${boot} someone\n`)
  await expect(made.disk.lock(path)).rejects.toThrow(`held by process ${pid}`)
})
