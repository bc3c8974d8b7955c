// On a real disk, what the simulated one has no words for: a mounted config map, whose files are links through `..data`, which is
// swapped as a whole.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { expect, onTestFinished, test } from 'vitest'
import { createFileDiscoverer } from './file-discoverer.ts'

test('a config map that is swapped through its links is followed, and a broken one keeps the last targets', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'file-sd-'))
  const swap = (version: string, text: string): void => {
    mkdirSync(join(directory, version))
    writeFileSync(join(directory, version, 'targets.json'), text)
    symlinkSync(version, join(directory, '..data_tmp'))
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'))
  }
  swap('..1', '[{"targets":["a:1"]}]')
  symlinkSync('..data/targets.json', join(directory, 'targets.json'))
  const discoverer = createFileDiscoverer(
    { files: [join(directory, '*.json')], refreshIntervalMs: 1_000 },
    { ...realWorld(), log: silentLogger },
  )
  const found = new Map<string, string>()
  const ends = new AbortController()
  const done = discoverer.run((groups) => {
    for (const { source, targets } of groups)
      found.set(source, targets.map((one) => one.get('__address__')).join())
  }, ends.signal)
  onTestFinished(async () => {
    ends.abort()
    await done
    rmSync(directory, { recursive: true })
  })
  const addresses = (): string => [...found.values()].join()
  await expect.poll(addresses, { timeout: 20_000 }).toBe('a:1')
  swap('..2', '[{"targets":["b:1","c:1"]}]')
  rmSync(join(directory, '..1'), { recursive: true })
  await expect.poll(addresses, { timeout: 20_000 }).toBe('b:1,c:1')
  swap('..3', '[{"targets":["d:1"')
  await expect.poll(() => discoverer.stats.readErrors, { timeout: 20_000 }).toBeGreaterThan(0)
  expect(addresses()).toBe('b:1,c:1')
  swap('..4', '[]')
  await expect.poll(addresses, { timeout: 20_000 }).toBe('')
})
