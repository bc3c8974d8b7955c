// The alert managers of a cluster as one: silences and what was said are the same on all members, and the leader sends.
//
//   group is due ─► claim, which etcd takes from the leader only ─► send ─► say so in the place of the claim
//
// A leader that finds the claim of another one, which led before, waits for what that one says; it may be on its way. When
// nothing comes for a while the other one has died between claim and message, or between message and word, and nobody can
// know which: then it is sent. Twice rather than never.

import type {
  AlertManager,
  MessageClaim,
  NotificationEntry,
  SilenceRecord,
} from '@pharos/alertmanager'
import { background, messageOf, type World } from '@pharos/base'
import type { Cluster } from '@pharos/cluster'

/** Leader of this sends the messages of the alert manager. */
export const NOTIFICATIONS = 'notifications'
/** How long the claim of another one counts. */
const CLAIM_MS = 15_000
const CLAIM_LOOK_MS = 200

/** What stands in the place of an entry until the message is out. */
interface ClaimRecord {
  readonly claim: { readonly by: string; readonly atMs: number }
  readonly before?: NotificationEntry
}

/** What is used of an alert manager. */
type SharedManager = Pick<AlertManager, 'join' | 'takeOver' | 'takeSaid' | 'takeSilence'>

type SaidRecord = NotificationEntry | ClaimRecord

export class SharedAlerts {
  readonly #cluster: Cluster
  readonly #manager: SharedManager
  readonly #world: Pick<World, 'clock' | 'log'>
  /** Of other members, by the key of their records: when we saw them first, monotonic ms. */
  readonly #claims = new Map<string, number>()
  #wasSending = false

  constructor(cluster: Cluster, manager: SharedManager, world: Pick<World, 'clock' | 'log'>) {
    this.#cluster = cluster
    this.#manager = manager
    this.#world = world
    cluster.shared.use({ replaces: (key, own, theirs) => this.#replaces(key, own, theirs) })
    cluster.shared.listen((key, value) => {
      background('shared alert state', this.#take(key, value), world.log)
    })
    manager.join({
      maySend: () => cluster.mayLead(NOTIFICATIONS),
      claim: (message) => this.#claim(message),
      silence: (record) => cluster.share(`silences/${record.id}`, JSON.stringify(record)),
      said: (entry) => cluster.share(keyOf(entry), JSON.stringify(entry)),
    })
  }

  /** Members or leaders are others than before. */
  changed(): void {
    const isSending = this.#cluster.mayLead(NOTIFICATIONS)
    if (isSending && !this.#wasSending) this.#manager.takeOver()
    this.#wasSending = isSending
  }

  async #claim(message: MessageClaim): Promise<boolean> {
    const { clock } = this.#world
    const key = keyOf(message)
    const before = message.before === undefined ? {} : { before: message.before }
    const record: ClaimRecord = {
      claim: { by: this.#cluster.id, atMs: message.nowMs },
      ...before,
    }
    const value = JSON.stringify(record)
    let hasWaited = false
    while (this.#cluster.mayLead(NOTIFICATIONS)) {
      const seenMs = this.#claims.get(key)
      // What the other one has said since is for the next turn of the group to look at.
      if (seenMs === undefined && hasWaited) return false
      if (seenMs === undefined || clock.monotonicMs() - seenMs > CLAIM_MS) {
        if (await this.#cluster.claim(NOTIFICATIONS, key, value)) {
          this.#claims.delete(key)
          return true
        }
      } else hasWaited = true
      await clock.sleep(CLAIM_LOOK_MS)
    }
    return false
  }

  async #take(key: string, value: string): Promise<void> {
    try {
      if (key.startsWith('silences/')) {
        await this.#manager.takeSilence(JSON.parse(value) as SilenceRecord)
      } else if (key.startsWith('said/')) await this.#takeSaid(key, JSON.parse(value) as SaidRecord)
    } catch (error) {
      // What another member wrote must not end this one.
      this.#world.log.warn('a record of the cluster is not taken', { key, err: messageOf(error) })
    }
  }

  async #takeSaid(key: string, record: SaidRecord): Promise<void> {
    if (!('claim' in record)) {
      this.#claims.delete(key)
      await this.#manager.takeSaid(record)
      return
    }
    // One of our own that comes from etcd was made before a restart: what became of its message is as unknown as another's.
    this.#claims.set(key, this.#world.clock.monotonicMs())
    if (record.before !== undefined) await this.#manager.takeSaid(record.before)
  }

  #replaces(key: string, own: string, theirs: string): boolean {
    try {
      if (key.startsWith('said/')) return timeOfSaid(own) >= timeOfSaid(theirs)
      if (key.startsWith('silences/')) return timeOfSilence(own) > timeOfSilence(theirs)
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
      return true
    }
    // Alerts of a rule group: who leads it knows them.
    return this.#cluster.mayLead(key.slice(key.indexOf('/') + 1))
  }
}

function keyOf({ integration, groupKey }: Pick<MessageClaim, 'integration' | 'groupKey'>): string {
  return `said/${encodeURIComponent(`${integration} ${groupKey}`)}`
}

function timeOfSaid(text: string): number {
  const record = JSON.parse(text) as SaidRecord
  return 'claim' in record ? record.claim.atMs : record.atMs
}

function timeOfSilence(text: string): number {
  return (JSON.parse(text) as SilenceRecord).updated
}
