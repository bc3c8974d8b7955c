// The typed form of alertmanager.yml. Durations are ms, regexes are compiled, what the global section says is in
// every integration; past the schema nobody validates again.
import type { AlertMatcher, Labels } from '@pharos/model'
import type { HttpClientSettings, TlsSettings } from '@pharos/base'
import type { ReceiverFieldsByKind, ReceiverKind } from './receiver-fields.ts'
import type { TimeInterval } from './time-interval-section.ts'

export interface AlertmanagerConfig {
  /** ms. */
  readonly resolveTimeoutMs: number
  /** Patterns of template files, resolved against the configuration's directory. */
  readonly templates: readonly string[]
  readonly route: RouteSettings
  readonly inhibitRules: readonly InhibitRuleSettings[]
  readonly receivers: readonly ReceiverSettings[]
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>
  /** The effective configuration with defaults, secrets masked. */
  readonly yaml: string
}

/** One node of the routing tree, with what it inherits filled in. */
export interface RouteSettings {
  readonly receiver: string
  readonly matchers: readonly AlertMatcher[]
  readonly groupBy: readonly string[]
  readonly groupByAll: boolean
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly muteTimeIntervals: readonly string[]
  readonly activeTimeIntervals: readonly string[]
  readonly continue: boolean
  /** Templates by name. */
  readonly labels: Labels
  readonly silenceNotices: boolean
  readonly routes: readonly RouteSettings[]
}

export interface InhibitRuleSettings {
  readonly name: string
  readonly sourceMatchers: readonly AlertMatcher[]
  readonly targetMatchers: readonly AlertMatcher[]
  readonly equal: readonly string[]
}

export interface ReceiverSettings {
  readonly name: string
  /** With `name`. */
  readonly labels: Labels
  readonly integrations: readonly IntegrationSettings[]
}

interface IntegrationOf<K extends ReceiverKind> {
  readonly kind: K
  /** Among those of its kind in its receiver: `email[0]`. */
  readonly index: number
  readonly fields: Readonly<ReceiverFieldsByKind[K]>
  readonly http: HttpClientSettings
  readonly tls: TlsSettings
}

export type IntegrationSettings = { [K in ReceiverKind]: IntegrationOf<K> }[ReceiverKind]
