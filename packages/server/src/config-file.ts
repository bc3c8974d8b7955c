import type { Clock, Disk, Logger } from '@pharos/base'
import { messageOf } from '@pharos/base'
import { loadConfig, loadConfigFile, type PrometheusConfig } from '@pharos/config'

/** What reloading leaves behind; `server` shows it as prometheus_config_last_reload_*. */
export interface ReloadStats {
  isSuccessful: boolean
  /** Wall clock of the last successful load, ms. */
  successMs: number
  count: number
  /** Why the last one failed; '' when it did not. */
  lastError: string
}

/** Where the configuration comes from, and what happened to it since. */
export class ConfigSource {
  readonly stats: ReloadStats = { isSuccessful: false, successMs: 0, count: 0, lastError: '' }
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #log: Logger
  readonly #file: string
  readonly #standard: (() => string) | undefined
  readonly #isAgent: boolean

  /**
   * @param file      path of the YAML file, '' when `standard` is the configuration
   * @param standard  makes the built-in text that stands in for a file
   * @param isAgent   refuses what an agent cannot do
   */
  constructor(
    world: { disk: Disk; clock: Clock; log: Logger },
    file: string,
    standard: (() => string) | undefined,
    isAgent = false,
  ) {
    this.#isAgent = isAgent
    this.#disk = world.disk
    this.#clock = world.clock
    this.#log = world.log.component('config')
    this.#file = file
    this.#standard = standard
  }

  /** Reads and checks it. @throws ConfigErrors with every mistake, OutsideError when the file cannot be read */
  async load(environment: Readonly<Record<string, string | undefined>>): Promise<PrometheusConfig> {
    this.stats.count++
    try {
      const config = await this.check(environment)
      this.stats.isSuccessful = true
      this.stats.lastError = ''
      this.stats.successMs = this.#clock.now()
      this.#report(config)
      return config
    } catch (error) {
      this.stats.isSuccessful = false
      this.stats.lastError = messageOf(error)
      this.#log.error('configuration is not taken', { file: this.#file, err: messageOf(error) })
      throw error
    }
  }

  /** Reads and checks it, and that is all. @throws like `load` */
  async check(
    environment: Readonly<Record<string, string | undefined>>,
  ): Promise<PrometheusConfig> {
    return this.#standard === undefined
      ? await loadConfigFile(this.#file, {
          disk: this.#disk,
          environment,
          isAgent: this.#isAgent,
        })
      : loadConfig(this.#standard(), {
          file: 'built-in configuration',
          baseDirectory: '.',
          environment,
        })
  }

  /** Bytes of the file as they stand, to see whether it has changed. */
  async fingerprint(): Promise<string> {
    if (this.#standard !== undefined) return ''
    const info = await this.#disk.stat(this.#file)
    return info === undefined ? '' : `${info.bytes}:${info.modifiedMs}`
  }

  #report(config: PrometheusConfig): void {
    const file = this.#standard === undefined ? this.#file : 'built in'
    this.#log.info('configuration loaded', { file, scrape_configs: config.scrapeConfigs.length })
    for (const one of config.notImplemented) {
      this.#log.warn('accepted but not implemented yet', { file, key: one.path, line: one.line })
    }
  }
}
