import { SimClock, SimDisk } from '@pharos/base/sim'
import { readText } from '@pharos/config'
import { expect, test } from 'vitest'
import { RuleStore } from './rule-store.ts'

function storeOn(disk: SimDisk, clock = new SimClock(1_700_000_000_000)): RuleStore {
  return new RuleStore({ disk, clock, directory: '/data/rules', checks: {} })
}

const GROUP = `name: web
rules:
  - alert: Down # the whole shop
    expr: up == 0
`

test('a file that people wrote keeps its comments and groups when one group is replaced', async () => {
  const disk = new SimDisk()
  const store = storeOn(disk)
  await disk.makeDirectory('/data/rules')
  const byHand = `# our rules
groups:
  - name: db # the old one
    rules:
      - {record: a, expr: 'up'}
  - name: web
    rules: []
`
  await disk.writeFileAtomic('/data/rules/shop.yml', new TextEncoder().encode(byHand))
  expect(await store.put('shop', GROUP)).toBe('web')
  const text = await readText(disk, '/data/rules/shop.yml')
  expect(text).toBe(`# our rules
groups:
  - name: db # the old one
    rules:
      - { record: a, expr: 'up' }
  - name: web
    rules:
      - alert: Down # the whole shop
        expr: up == 0
`)
  expect([...(await store.groups('shop')).keys()]).toEqual(['db', 'web'])
  expect((await store.groups('shop')).get('web')).toBe(GROUP)
})

test('what was there before each change is kept, and only the newest versions', async () => {
  const disk = new SimDisk()
  const clock = new SimClock(1_700_000_000_000)
  const store = storeOn(disk, clock)
  for (let i = 0; i < 60; i++) {
    await store.put('a', GROUP.replace('up == 0', `up == ${i}`))
    await clock.advance(1_000)
  }
  const history = await disk.list('/data/rules/.history/a')
  expect(history.length).toBe(50)
  expect(await readText(disk, `/data/rules/.history/a/${history.at(-1)}`)).toContain('up == 58')
})

test('the last group takes its file away, and the file is in the history', async () => {
  const disk = new SimDisk()
  const store = storeOn(disk)
  await store.put('a', GROUP)
  expect(await store.delete('a', 'other')).toBe(false)
  expect(await store.delete('a', 'web')).toBe(true)
  expect(await store.namespaces()).toEqual([])
  expect(await store.delete('a', undefined)).toBe(false)
  expect((await disk.list('/data/rules/.history/a')).length).toBe(1)
})

test('what is wrong changes nothing: names that leave the directory, groups that are none, mistakes in rules', async () => {
  const disk = new SimDisk()
  const store = storeOn(disk)
  for (const name of ['../a', 'a/b', '.hidden', '', 'test', 'a\0', 'x'.repeat(101)])
    await expect(store.put(name, GROUP), name).rejects.toThrow('wants letters')
  await expect(store.put('a', 'rules: []')).rejects.toThrow('wants a mapping with a name')
  await expect(store.put('a', '{')).rejects.toThrow('the group:')
  await expect(
    store.put('a', 'name: g\nrules: [{alert: A, expr: "up ==", oops: 1}]'),
  ).rejects.toThrow(/oops[\s\S]*parse expression|parse expression[\s\S]*oops/)
  expect(await store.namespaces()).toEqual([])
  await store.put('订单', GROUP)
  expect(await store.namespaces()).toEqual(['订单'])
  // A legal label, and nothing else.
  await store.put('p', 'name: g\nrules: [{alert: A, expr: up, labels: {__proto__: x}}]')
  expect((await store.groups('p')).get('g')).toContain('__proto__: x')
})
