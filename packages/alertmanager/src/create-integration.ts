// Settings of a receiver to channels.
import type { HttpClientSettings } from '@pharos/base'
import type { IntegrationSettings, ReceiverKind, ReceiverSettings } from '@pharos/config'
import { createHttpClient } from '@pharos/http'
import type { DialogueLine, Integration, IntegrationWorld, SendOutcome } from './integration.ts'
import type { Notification } from './notification.ts'
import {
  sendDiscord,
  sendMattermost,
  sendRocketchat,
  sendTeams,
  sendTeamsV2,
  sendTelegram,
  sendWebex,
} from './receivers/chats.ts'
import { sendEmail } from './receivers/email.ts'
import { sendJira } from './receivers/jira.ts'
import {
  sendHeartbeat,
  sendOpsgenie,
  sendPagerduty,
  sendPushover,
  sendVictorops,
} from './receivers/paging.ts'
import { sendDingtalk, sendFeishu, sendWechat, sendWecom } from './receivers/robots.ts'
import { type Send, Sender, thrownOutcome } from './receivers/sender.ts'
import { sendSlack } from './receivers/slack.ts'
import { sendSns } from './receivers/sns.ts'
import { sendIncidentio, sendWebhook } from './receivers/webhook.ts'

type OverHttp = Exclude<ReceiverKind, 'email'>

const SENDERS: { readonly [K in OverHttp]: Send<K> } = {
  webhook: sendWebhook,
  pagerduty: sendPagerduty,
  opsgenie: sendOpsgenie,
  wechat: sendWechat,
  slack: sendSlack,
  victorops: sendVictorops,
  pushover: sendPushover,
  sns: sendSns,
  telegram: sendTelegram,
  discord: sendDiscord,
  webex: sendWebex,
  msteams: sendTeams,
  msteamsv2: sendTeamsV2,
  jira: sendJira,
  rocketchat: sendRocketchat,
  mattermost: sendMattermost,
  incidentio: sendIncidentio,
  dingtalk: sendDingtalk,
  feishu: sendFeishu,
  wecom: sendWecom,
  heartbeat: sendHeartbeat,
}

/** Clients by their settings: a hundred receivers without an http_config share connections. */
export class ClientPool {
  readonly #world: IntegrationWorld
  readonly #clients = new Map<string, ReturnType<typeof createHttpClient>>()

  constructor(world: IntegrationWorld) {
    this.#world = world
  }

  clientFor(settings: HttpClientSettings): ReturnType<typeof createHttpClient> {
    const key = JSON.stringify(settings)
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const { disk, net, clock } = this.#world
    const client = createHttpClient({ net, clock }, { settings, disk })
    this.#clients.set(key, client)
    return client
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
    this.#clients.clear()
  }
}

export function createIntegrations(
  receiver: ReceiverSettings,
  world: IntegrationWorld,
  clients: ClientPool,
): readonly Integration[] {
  return receiver.integrations.map((settings) => new ReceiverIntegration(settings, world, clients))
}

class ReceiverIntegration implements Integration {
  readonly kind: string
  readonly name: string
  readonly sendsResolved: boolean
  readonly #settings: IntegrationSettings
  readonly #world: IntegrationWorld
  readonly #clients: ClientPool
  readonly #memory: Sender['memory'] = new Map()

  constructor(settings: IntegrationSettings, world: IntegrationWorld, clients: ClientPool) {
    this.kind = settings.kind
    this.name = `${settings.kind}[${settings.index}]`
    this.sendsResolved = settings.fields.send_resolved
    this.#settings = settings
    this.#world = world
    this.#clients = clients
  }

  async send(
    notification: Notification,
    hear?: (line: DialogueLine) => void,
  ): Promise<SendOutcome> {
    const settings = this.#settings
    try {
      if (settings.kind === 'email')
        return await sendEmail(settings.fields, settings.tls, notification, this.#world, hear)
      const client = this.#clients.clientFor(settings.http)
      const sender = new Sender(this.#world, client, this.#memory, hear)
      // The table has the sender of each kind, and the settings the fields of theirs.
      const send = SENDERS[settings.kind] as Send<OverHttp>
      return await send(settings.fields as never, notification, sender)
    } catch (error) {
      return thrownOutcome(error)
    }
  }

  close(): void {
    this.#memory.clear()
  }
}
