// Registered services as a file for file_sd_configs of a Prometheus: written aside and renamed, only when
// something is different, always in the same order.

import { messageOf, OutsideError } from '@pharos/base'
import type { Clock, Disk, Logger } from '@pharos/base'
import type { EtcdClient } from './etcd-client.ts'
import { RETRY_MS_MAX } from './limits.ts'
import { addressOf, serviceLabels } from './service-labels.ts'
import { ServiceWatch } from './service-watch.ts'
import type { FoundService } from './service-watch.ts'

export interface BridgeOptions {
  readonly client: EtcdClient
  readonly world: { readonly clock: Clock; readonly disk: Disk; readonly log: Logger }
  readonly path: string
  readonly prefix: string
  readonly layout: string
  /** ms between two full lists. */
  readonly refreshMs: number
  /** End after the first file that was written. */
  readonly isOnce: boolean
  readonly signal: AbortSignal
}

/**
 * The text of targets.json: one group a service, sorted by key, with the labels that discovery would give.
 * @source file_sd_configs of the reference; seeds/000 for the file's name and place
 */
export function targetFileText(services: Iterable<FoundService>): string {
  const groups = [...services]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((one) => ({
      targets: [addressOf(one.instance)],
      labels: Object.fromEntries(serviceLabels(one)),
    }))
  return `${JSON.stringify(groups, null, 2)}\n`
}

/**
 * Keeps the file up to date until the signal. While the registry is away the file stays as it is.
 * @returns true when a file stands that says what the registry said last
 * @throws UserError `registry/layout`
 */
export async function bridgeTargets(options: BridgeOptions): Promise<boolean> {
  const { client, world, path } = options
  const { clock, disk } = world
  const log = world.log.component('sd bridge')
  const watch = new ServiceWatch({ ...options, client, clock, log: world.log })
  const ends = new AbortController()
  const end = (): void => ends.abort()
  options.signal.addEventListener('abort', end, { once: true })
  let written = await textAt(disk, path)
  let isCurrent = false
  let wake = Promise.withResolvers<void>()
  const following = watch.run(() => wake.resolve(), ends.signal)
  ends.signal.addEventListener('abort', () => wake.resolve(), { once: true })
  if (options.signal.aborted) end()
  while (!ends.signal.aborted) {
    await wake.promise
    wake = Promise.withResolvers()
    if (ends.signal.aborted) break
    const text = targetFileText(watch.services.values())
    try {
      if (text !== written) {
        await disk.writeFileAtomic(path, new TextEncoder().encode(text))
        written = text
        log.info('targets written', { path, targets: watch.services.size })
      }
      isCurrent = true
      if (options.isOnce) break
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      isCurrent = false
      log.error('targets could not be written', { path, err: messageOf(error) })
      clock.after(RETRY_MS_MAX, () => wake.resolve())
    }
  }
  ends.abort()
  await following
  return isCurrent
}

async function textAt(disk: Disk, path: string): Promise<string | undefined> {
  if ((await disk.stat(path)) === undefined) return undefined
  return new TextDecoder().decode(await disk.readFile(path))
}
