// A channel to people: what every receiver of notifications is for the pipeline.
import type { Clock, Disk, Logger, Net, Random } from '@pharos/base'
import type { Notification } from './notification.ts'

/** As the reference counts failures. */
export type FailureReason =
  | 'other'
  | 'clientError'
  | 'serverError'
  | 'contextCanceled'
  | 'contextDeadlineExceeded'
  | 'authError'
  | 'rateLimited'

export type SendStage =
  | 'connect'
  | 'TLS'
  | 'AUTH'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'request'
  | 'template'

export type SendOutcome =
  | { readonly ok: true; readonly keep?: Readonly<Record<string, string>> }
  | {
      readonly ok: false
      /** Another attempt may succeed. */
      readonly isRetryable: boolean
      readonly reason: FailureReason
      readonly error: string
      readonly stage?: SendStage
      /** What to do about it. */
      readonly fix?: string
    }

/** One line of what was said on the wire. */
export interface DialogueLine {
  readonly from: 'client' | 'server'
  readonly text: string
}

export interface Integration {
  /** `email`. */
  readonly kind: string
  /** `email[0]`, among those of its receiver. */
  readonly name: string
  readonly sendsResolved: boolean
  /** One attempt. @param hear  is told what is said on the wire, secrets left out */
  send(notification: Notification, hear?: (line: DialogueLine) => void): Promise<SendOutcome>
  close(): void
}

/** What integrations reach the world through. */
export interface IntegrationWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly random: Random
  readonly log: Logger
  readonly userAgent: string
  /** This machine's name, for Message-Id. */
  readonly hostName: string
}
