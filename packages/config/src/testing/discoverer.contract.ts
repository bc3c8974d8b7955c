// What the scrape manager relies on, whatever a discoverer asks. Each mechanism's tests run this suite with
// a backend of their own that can be filled, emptied and broken.

import type { Discoverer, TargetGroup } from '@pharos/model'
import { expect, test } from 'vitest'

interface DiscovererCase {
  readonly discoverer: Discoverer
  /** Lets the discoverer notice what its backend holds now. */
  settle(): Promise<void>
  /** Addresses that it finds at the start. */
  readonly addresses: readonly string[]
  /** Makes the backend fail, if it can. */
  readonly fail?: () => Promise<void>
  /** Adds this address to the backend, if it can. */
  readonly add?: (address: string) => Promise<void>
}

/** Collects what a discoverer finds, as the scrape manager does: a source replaces itself. */
class Found {
  readonly groups = new Map<string, TargetGroup>()
  readonly calls: (readonly TargetGroup[])[] = []

  readonly take = (groups: readonly TargetGroup[]): void => {
    this.calls.push(groups)
    for (const group of groups) {
      if (group.targets.length === 0) this.groups.delete(group.source)
      else this.groups.set(group.source, group)
    }
  }

  addresses(): string[] {
    const addresses: string[] = []
    for (const { targets } of this.groups.values())
      for (const target of targets) addresses.push(target.get('__address__'))
    return addresses.sort()
  }
}

/** Declares the tests; `name` stands before each, `make` builds a fresh case. */
export function discovererContract(name: string, make: () => Promise<DiscovererCase>): void {
  const started = async (): Promise<{
    readonly one: DiscovererCase
    readonly found: Found
    readonly stop: () => Promise<void>
  }> => {
    const one = await make()
    const found = new Found()
    const ends = new AbortController()
    const done = one.discoverer.run(found.take, ends.signal)
    await one.settle()
    const stop = async (): Promise<void> => {
      ends.abort()
      await done
    }
    return { one, found, stop }
  }

  test(`${name}: everything there at the start is found`, async () => {
    const { one, found, stop } = await started()
    expect(found.addresses()).toEqual([...one.addresses].sort())
    await stop()
  })

  test(`${name}: sources are unique and targets have an address`, async () => {
    const { found, stop } = await started()
    for (const groups of found.calls) {
      const sources = groups.map((group) => group.source)
      expect(new Set(sources).size).toBe(sources.length)
      for (const group of groups)
        for (const target of group.targets) expect(target.has('__address__')).toBe(true)
    }
    await stop()
  })

  test(`${name}: nothing is told twice while nothing changes`, async () => {
    const { one, found, stop } = await started()
    const before = found.calls.length
    await one.settle()
    await one.settle()
    expect(found.calls.length).toBe(before)
    await stop()
  })

  test(`${name}: a run ends when it is aborted, and tells nothing afterwards`, async () => {
    const { one, found, stop } = await started()
    await stop()
    const before = found.calls.length
    await one.add?.('late:1')
    await one.settle()
    expect(found.calls.length).toBe(before)
  })

  test(`${name}: a run that is aborted before it starts finds nothing`, async () => {
    const one = await make()
    const found = new Found()
    await one.discoverer.run(found.take, AbortSignal.abort())
    expect(found.calls).toEqual([])
  })

  test(`${name}: what is added is found, what was there stays`, async () => {
    const { one, found, stop } = await started()
    if (one.add !== undefined) {
      await one.add('added:1')
      await one.settle()
      expect(found.addresses()).toEqual([...one.addresses, 'added:1'].sort())
    }
    await stop()
  })

  test(`${name}: a failing backend is not an empty answer`, async () => {
    const { one, found, stop } = await started()
    await one.fail?.()
    await one.settle()
    expect(found.addresses()).toEqual([...one.addresses].sort())
    await stop()
  })
}
