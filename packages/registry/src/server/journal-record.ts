// What stands in the journal of the registry; docs/format/registry-journal.md draws it.

/** Key in base64, value in base64 or null for a deletion, lease. */
type JournalChange = readonly [key: string, value: string | null, lease: string]

export type JournalRecord =
  | {
      readonly kind: 'head'
      readonly cluster: string
      readonly revision: number
      readonly compacted: number
    }
  | { readonly kind: 'lease'; readonly id: string; readonly ttl: number }
  | {
      readonly kind: 'key'
      readonly key: string
      readonly value: string
      readonly create: number
      readonly mod: number
      readonly version: number
      readonly lease: string
    }
  | {
      readonly kind: 'change'
      readonly revision: number
      /** The lease that ended with this change. */
      readonly ended?: string
      readonly changes: readonly JournalChange[]
    }
