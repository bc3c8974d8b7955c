// Where the configuration of an alert manager comes from: a file that somebody keeps, or one of ours in its data
// directory that pages may change.
import { AlertManager, ConfigEditor } from '@pharos/alertmanager'
import { messageOf, type World } from '@pharos/base'
import { type AlertmanagerConfig, loadAlertmanagerFile } from '@pharos/config'
import type { NameScheme } from '@pharos/model'

/** What the file of a fresh installation says: alerts are kept and shown, and nobody is told yet. */
export const FIRST_CONFIG = `# Who is told about alerts. The pages "Contact points" and "Notification policies" write this file; so may you.
route:
  receiver: default
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
receivers:
  - name: default
`

interface AlertmanagerSourceOptions {
  readonly path: string
  readonly isEditable: boolean
  /** Written when there is no file. */
  readonly first: string | undefined
  readonly nameScheme: NameScheme
}

export class AlertmanagerSource {
  readonly stats = { isSuccessful: false, lastSuccessMs: 0 }
  readonly manager: AlertManager
  readonly editor: ConfigEditor
  readonly #world: World
  readonly #options: AlertmanagerSourceOptions
  #changing: Promise<unknown> = Promise.resolve()

  constructor(world: World, manager: AlertManager, options: AlertmanagerSourceOptions) {
    this.#world = world
    this.#options = options
    this.manager = manager
    this.editor = new ConfigEditor({
      disk: world.disk,
      path: options.path,
      isEditable: options.isEditable,
      apply: (config) => this.#inTurn(async () => this.#apply(config)),
    })
  }

  /** Reads the file and puts it in force. @throws what is wrong with it; the one before stays */
  load(): Promise<void> {
    return this.#inTurn(async () => {
      const { disk } = this.#world
      const { path, first, nameScheme } = this.#options
      try {
        if (first !== undefined && (await disk.stat(path)) === undefined)
          await disk.writeFileAtomic(path, new TextEncoder().encode(first))
        await this.#apply(await loadAlertmanagerFile(path, { disk, nameScheme }))
      } catch (error) {
        this.stats.isSuccessful = false
        throw error
      }
    })
  }

  /** For signals, which nobody answers. */
  reload(): void {
    this.load().then(
      () => this.#world.log.info('the configuration of the alert manager is loaded'),
      (error: unknown) => {
        this.#world.log.error('the configuration of the alert manager is not taken', {
          err: messageOf(error),
        })
      },
    )
  }

  async #apply(config: AlertmanagerConfig): Promise<void> {
    await this.manager.apply(config)
    this.stats.isSuccessful = true
    this.stats.lastSuccessMs = this.#world.clock.now()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#changing.then(work)
    this.#changing = done.catch(() => {})
    return done
  }
}
