// /api/v1/status/cluster as the page has it.

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
  readonly targets: readonly {
    readonly scrapePool: string
    readonly scrapeUrl: string
    readonly labels: Readonly<Record<string, string>>
    readonly owners: readonly string[]
  }[]
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
