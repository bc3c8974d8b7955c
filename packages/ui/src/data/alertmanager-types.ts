// Shapes of the alert manager's API; docs/guide/alertmanager-api.md. Times are RFC 3339.
import type { LabelSet } from './api-types.ts'
import type { ApiMatcher } from './matchers.ts'

export interface ManagedAlert {
  readonly labels: LabelSet
  readonly annotations: LabelSet
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL?: string
  readonly fingerprint: string
  readonly status: {
    readonly state: 'unprocessed' | 'active' | 'suppressed'
    readonly silencedBy: readonly string[]
    readonly inhibitedBy: readonly string[]
    readonly mutedBy?: readonly string[]
  }
  readonly acknowledgement?: { readonly by: string; readonly at: string; readonly comment: string }
  readonly comments?: readonly { readonly by: string; readonly at: string; readonly text: string }[]
}

export interface AlertGroup {
  readonly labels: LabelSet
  readonly receiver: { readonly name: string }
  readonly alerts: readonly ManagedAlert[]
}

export interface Silence {
  readonly id: string
  readonly status: { readonly state: 'active' | 'pending' | 'expired' }
  readonly updatedAt: string
  readonly startsAt: string
  readonly endsAt: string
  readonly matchers: readonly ApiMatcher[]
  readonly createdBy: string
  readonly comment: string
}

export interface HistoryEntry {
  readonly id: string
  readonly at: string
  readonly type: string
  readonly labels?: LabelSet
  readonly receiver?: string
  readonly firing?: number
  readonly resolved?: number
  readonly by?: string
  readonly text?: string
  readonly error?: string
  readonly silenceID?: string
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[]
  readonly nextCursor?: string
}

export interface Integration {
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
}

export interface ContactPoint {
  readonly name: string
  readonly integrations: readonly Integration[]
}

export interface ContactPoints {
  readonly contactPoints: readonly ContactPoint[]
  readonly editable: boolean
  readonly version: string
}

interface TestResult {
  readonly integration: string
  readonly ok: boolean
  readonly durationMs: number
  readonly error?: string
  readonly stage?: string
  readonly fix?: string
  readonly dialogue: readonly { readonly from: 'client' | 'server'; readonly text: string }[]
}

export interface TestAnswer {
  readonly ok: boolean
  readonly results: readonly TestResult[]
}

/** The `route` block of the file. */
export interface RouteNode {
  readonly receiver?: string
  readonly matchers?: readonly string[]
  readonly group_by?: readonly string[]
  readonly group_wait?: string
  readonly group_interval?: string
  readonly repeat_interval?: string
  readonly continue?: boolean
  readonly routes?: readonly RouteNode[]
}

export interface Policies {
  readonly route: RouteNode
  readonly editable: boolean
  /** Of the file that was read; a change of another one is refused. */
  readonly version: string
}

export interface RouteAnswer {
  readonly receivers: readonly string[]
  readonly routes: readonly {
    readonly id: string
    readonly receiver: string
    readonly matchers: readonly string[]
    readonly groupBy: readonly string[]
    readonly groupWait: string
    readonly groupInterval: string
    readonly repeatInterval: string
  }[]
}
