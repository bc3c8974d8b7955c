// /api/v1/status/cluster as the page has it.
import { everyWordIn, wordsOf } from './search.ts'

interface SharedTarget {
  readonly scrapePool: string
  readonly scrapeUrl: string
  readonly labels: Readonly<Record<string, string>>
  readonly owners: readonly string[]
}

export interface ClusterData {
  readonly name: string
  readonly id: string
  readonly state: 'single' | 'joining' | 'member' | 'fenced' | 'alone'
  readonly error: string
  readonly members: readonly {
    readonly id: string
    readonly url: string
    readonly weight: number
  }[]
  readonly groups: readonly {
    readonly name: string
    readonly file: string
    readonly leader: string
  }[]
  /** Who sends messages of the alert manager. */
  readonly notifier: string
  readonly targets: readonly SharedTarget[]
  readonly queues: readonly {
    readonly name: string
    readonly url: string
    readonly pending: number
    readonly diskBytes: number
  }[]
}

/** How many targets a member scrapes and how many rule groups it leads. */
export function loadOf(
  { targets, groups }: Pick<ClusterData, 'targets' | 'groups'>,
  id: string,
): { targets: number; groups: number } {
  return {
    targets: targets.filter(({ owners }) => owners.includes(id)).length,
    groups: groups.filter(({ leader }) => leader === id).length,
  }
}

/** Those in which every word occurs, nobody's first, then in the order in which a person counts. */
export function sharedTargets(targets: readonly SharedTarget[], text: string): SharedTarget[] {
  const words = wordsOf(text)
  const order = new Intl.Collator('en', { numeric: true })
  return targets
    .filter(({ scrapePool, scrapeUrl, labels, owners }) =>
      everyWordIn(
        words,
        [scrapePool, scrapeUrl, ...Object.entries(labels).map((pair) => pair.join('=')), ...owners]
          .join(' ')
          .toLowerCase(),
      ),
    )
    .toSorted(
      (a, b) =>
        Math.min(1, a.owners.length) - Math.min(1, b.owners.length) ||
        order.compare(a.scrapePool, b.scrapePool) ||
        order.compare(a.scrapeUrl, b.scrapeUrl),
    )
}
