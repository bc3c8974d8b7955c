import { expect, test } from 'vitest'
import { silentLogger } from '@pharos/base'
import { type SimWorld, simWorld } from '@pharos/base/sim'
import { DashboardStore, type ReadOnlySource } from './dashboard-store.ts'

const DIRECTORY = '/dashboards'

function opened(world: SimWorld = simWorld(), sources: readonly ReadOnlySource[] = []) {
  const { disk, clock, random } = world
  const store = new DashboardStore({
    disk,
    clock,
    random,
    log: silentLogger,
    directory: DIRECTORY,
    sources,
  })
  const write = async (path: string, text: string): Promise<void> => {
    const full = `${DIRECTORY}/${path}`
    await disk.makeDirectory(full.slice(0, full.lastIndexOf('/')))
    await disk.writeFileAtomic(full, new TextEncoder().encode(text))
  }
  const read = async (path: string): Promise<string> =>
    new TextDecoder().decode(await disk.readFile(`${DIRECTORY}/${path}`))
  /** As if somebody had waited a while before looking again. */
  const later = async (): Promise<void> => clock.advance(2000)
  return { store, write, read, later, disk }
}

const text = (uid: string, title: string, rest: object = {}): string =>
  JSON.stringify({ uid, title, ...rest }, null, 2)

test('files and directories are dashboards and folders', async () => {
  const { store, write } = opened()
  await write('a.json', text('a', 'First', { tags: ['x'] }))
  await write('Team B/b.json', text('b', 'Second'))
  const list = await store.list()
  expect(list.map(({ uid, title, folder, tags }) => [uid, title, folder, tags])).toEqual([
    ['a', 'First', '', ['x']],
    ['b', 'Second', 'Team B', []],
  ])
  expect(await store.folders()).toEqual(['Team B'])
})

test('a corrupt file is told and the others load', async () => {
  const { store, write } = opened()
  await write('good.json', text('good', 'Good'))
  await write('cut.json', '{"uid": "cut", "ti')
  await write('list.json', '[]')
  expect((await store.list()).map(({ uid }) => uid)).toEqual(['good'])
  expect((await store.problems()).map(({ path }) => path)).toEqual(['cut.json', 'list.json'])
})

test('what was saved is in its file, one version on, and the one before is kept', async () => {
  const { store, write, read } = opened()
  await write('a.json', text('a', 'First', { version: 4 }))
  const saved = await store.save({
    dashboard: { uid: 'a', title: 'Changed', version: 4 },
    message: 'why',
  })
  expect(saved.version).toBe(5)
  expect(JSON.parse(await read('a.json'))).toEqual({ uid: 'a', title: 'Changed', version: 5 })
  const versions = await store.versions('a')
  expect(versions.map(({ version, message }) => [version, message])).toEqual([
    [5, 'why'],
    [4, ''],
  ])
  expect(await store.versionText('a', 4)).toBe(text('a', 'First', { version: 4 }))
})

test('a save that changes nothing leaves the file byte for byte', async () => {
  const { store, write, read } = opened()
  const odd = '{\n    "uid": "a",\n    "title": "caf\\u00e9",\n    "version": 3\n}'
  await write('a.json', odd)
  await store.save({ dashboard: { uid: 'a', title: 'café', version: 3 } })
  expect(await read('a.json')).toBe(odd)
  await store.save({ dashboard: { uid: 'a', title: 'café', tags: [], version: 3 } })
  expect(await read('a.json')).toBe(
    '{\n    "uid": "a",\n    "title": "caf\\u00e9",\n    "tags": [],\n    "version": 4\n}',
  )
})

test('of two that edit at once the second is refused, and may say that it overwrites', async () => {
  const { store } = opened()
  await store.save({ dashboard: { uid: 'a', title: 'Mine' } })
  await store.save({ dashboard: { uid: 'a', title: 'First', version: 1 } })
  const second = { dashboard: { uid: 'a', title: 'Second', version: 1 } }
  await expect(store.save(second)).rejects.toMatchObject({ code: 'dashboards/version' })
  expect((await store.get('a'))?.title).toBe('First')
  await store.save({ ...second, isOverwriting: true })
  expect((await store.get('a'))?.title).toBe('Second')
  expect((await store.versions('a')).map(({ version }) => version)).toEqual([3, 2, 1])
})

test('a file that was changed on disk while somebody edits is a conflict, and nothing of either is lost', async () => {
  const { store, write, later } = opened()
  await write('a.json', text('a', 'Before', { version: 1 }))
  expect((await store.get('a'))?.version).toBe(1)
  await later()
  // By hand: nobody counts versions in an editor.
  await write('a.json', text('a', 'By hand', { version: 1 }))
  const mine = { dashboard: { uid: 'a', title: 'In the page', version: 1 } }
  await expect(store.save(mine)).rejects.toMatchObject({ code: 'dashboards/version' })
  const current = await store.get('a')
  expect([current?.title, current?.version]).toEqual(['By hand', 2])
  await store.save({ ...mine, isOverwriting: true })
  const kept = await Promise.all([1, 2, 3].map((version) => store.versionText('a', version)))
  expect(kept.map((one) => (JSON.parse(one!) as { title: string }).title)).toEqual([
    'Before',
    'By hand',
    'In the page',
  ])
})

test('saves that come at once are written one after the other', async () => {
  const { store } = opened()
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, i) =>
      store.save({ dashboard: { uid: 'a', title: `T${i}`, version: 0 } }),
    ),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('no name leads out of the directory', async () => {
  const { store, disk } = opened()
  for (const uid of ['../x', '..', 'a/b', 'a\\b', 'a%2fb', 'a\0b', '.history', 'x'.repeat(41), 'ä'])
    await expect(store.save({ dashboard: { uid, title: 'T' } }), uid).rejects.toMatchObject({
      code: 'dashboards/uid',
    })
  for (const folder of ['..', '../x', 'a/../..', '.history', 'a\0'])
    await expect(store.save({ dashboard: { title: 'T' }, folder }), folder).rejects.toMatchObject({
      code: 'dashboards/folder',
    })
  for (const title of ['..', '../x', 'a/b', '.history', '', 'a\0b', 'a\\b'])
    await expect(store.makeFolder(title), title).rejects.toMatchObject({
      code: 'dashboards/folder',
    })
  const saved = await store.save({ dashboard: { title: '../../etc/passwd' } })
  expect(saved.path).toBe('etc-passwd.json')
  expect((await disk.list('/')).filter((name) => name !== 'dashboards')).toEqual([])
  for (const version of [-1, NaN]) expect(await store.versionText('a', version)).toBeUndefined()
})

test('what is shipped is not written to: a save makes a copy that stands before it', async () => {
  const shipped = text('host', 'Host', { version: 1 })
  const { store, read } = opened(simWorld(), [{ folder: 'Built in', texts: [shipped] }])
  expect(await store.get('host')).toMatchObject({ isReadOnly: true, folder: 'Built in' })
  await expect(store.remove('host')).rejects.toMatchObject({ code: 'dashboards/read-only' })
  await store.save({ dashboard: { uid: 'host', title: 'My host', version: 1 } })
  expect(await store.get('host')).toMatchObject({ isReadOnly: false, title: 'My host', version: 2 })
  expect(JSON.parse(await read('Built in/my-host.json'))).toMatchObject({ title: 'My host' })
  await store.remove('host')
  expect(await store.get('host')).toMatchObject({ isReadOnly: true, title: 'Host' })
})

test('keys that would reach a prototype are kept as keys', async () => {
  const { store, write } = opened()
  await write('a.json', '{"uid":"a","title":"T","__proto__":{"polluted":true},"version":1}')
  await store.save({
    dashboard: JSON.parse(
      '{"uid":"a","title":"U","__proto__":{"polluted":true},"version":1}',
    ) as object & Record<string, unknown>,
  })
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect((await store.get('a'))?.text).toContain('__proto__')
})
