// Sums and differences of what a store holds, for models of it.
import type { Matcher } from '@pharos/model'
import type { Content } from '../../packages/tsdb/src/testing/store.ts'

/** A copy of the series that satisfy all matchers. */
export function matching(content: Content, matchers: readonly Matcher[]): Content {
  const found: Content = new Map()
  for (const [name, samples] of content) {
    const labels = new Map([...name.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, k, v]) => [k!, v!]))
    if (matchers.every((one) => one.matches(labels.get(one.name) ?? ''))) {
      found.set(name, new Map(samples))
    }
  }
  return found
}

export function merge(into: Content, more: Content): void {
  for (const [name, samples] of more)
    into.set(name, new Map([...(into.get(name) ?? []), ...samples]))
}

/** What is in `content` but not in `without`. */
export function less(content: Content, without: Content): Content {
  const left: Content = new Map()
  for (const [name, samples] of content) {
    const gone = without.get(name)
    left.set(name, new Map([...samples].filter(([tMs]) => gone?.has(tMs) !== true)))
  }
  return left
}
