import { silentLogger } from '@pharos/base'
import { SimClock, SimDisk, SimNet } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { ScrapeManager } from './scrape-manager.ts'
import { FakeAppender } from './testing/fake-appender.ts'
import { FakeDiscoverer, jobSettings, serveMetrics } from './testing/scrape-fixture.ts'

test('after a reload a silent discovery keeps what the same one had found, and nothing of any other', async () => {
  const clock = new SimClock()
  const net = new SimNet(clock)
  const disk = new SimDisk({ clock })
  const manager = new ScrapeManager({
    appender: new FakeAppender(),
    net,
    clock,
    disk,
    log: silentLogger,
  })
  for (const address of ['a:80', 'b:80', 'c:80', 'd:80']) serveMetrics(net, address, () => 'a 1\n')
  const apply = (...discoverers: readonly FakeDiscoverer[]): void =>
    manager.apply([{ settings: jobSettings(), discoverers }])
  const addresses = (): string[] =>
    manager.pools()[0]!.active.map(({ labels }) => labels.get('instance'))
  apply(
    new FakeDiscoverer(['a:80'], 'static ""'),
    new FakeDiscoverer(['b:80'], 'http "u"'),
    new FakeDiscoverer(['c:80'], 'dns "n"'),
  )
  await clock.advance(1)
  expect(addresses()).toEqual(['a:80', 'b:80', 'c:80'])
  // Static targets have changed, http is asked again, dns is asked for another name: a minute for that, at most.
  const again = [
    new FakeDiscoverer(undefined, 'http "u"'),
    new FakeDiscoverer(undefined, 'dns "m"'),
  ]
  apply(new FakeDiscoverer(['d:80'], 'static ""'), ...again)
  await clock.advance(1)
  expect(addresses()).toEqual(['b:80', 'c:80', 'd:80'])
  await clock.advance(60_000)
  expect(addresses()).toEqual(['b:80', 'd:80'])
  // A storm keeps nothing of the generations between.
  for (let i = 0; i < 50; i++) {
    apply(new FakeDiscoverer([`${i}:80`], 'static ""'), new FakeDiscoverer(undefined, 'http "u"'))
    await clock.advance(1)
  }
  expect(addresses()).toEqual(['49:80', 'b:80'])
  apply(new FakeDiscoverer(undefined, 'http "u"'))
  await clock.advance(1)
  expect(addresses()).toEqual(['b:80'])
  await manager.stop()
})
