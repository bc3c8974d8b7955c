// A job that ends before anybody could scrape it, and so pushes what it did: a backup, every quarter of a minute.
import { background, type Clock, type Logger, type Net, type Random } from '@pharos/base'
import { createHttpClient } from '@pharos/http'

const EVERY_MS = 15_000
const TIMEOUT_MS = 10_000

interface BatchWorld {
  readonly clock: Clock
  readonly net: Net
  readonly random: Random
  readonly log: Logger
}

/** @param gateway  URL of a push gateway, without `/metrics` */
export function startBatchJob(world: BatchWorld, gateway: string): { close(): Promise<void> } {
  const ends = new AbortController()
  const client = createHttpClient(world)
  const work = async (): Promise<void> => {
    while (!ends.signal.aborted) {
      try {
        const answer = await client.request({
          method: 'PUT',
          url: `${gateway.replace(/\/+$/, '')}/metrics/job/backup/instance/demo`,
          headers: [['Content-Type', 'text/plain; version=0.0.4']],
          body: new TextEncoder().encode(reportOf(world)),
          timeoutMs: TIMEOUT_MS,
          signal: ends.signal,
        })
        answer.release()
      } catch (error) {
        // The gateway may be away; the next backup tells again.
        if (!ends.signal.aborted)
          world.log.debug('a push of the demo failed', { err: String(error) })
      }
      await world.clock.sleep(EVERY_MS, ends.signal).catch(() => {})
    }
  }
  const running = work()
  background('demo batch job', running, world.log)
  return {
    async close() {
      ends.abort()
      await running
      client.close()
    },
  }
}

function reportOf({ clock, random }: BatchWorld): string {
  const [first, second] = random.bytes(2)
  return `# TYPE backup_duration_seconds gauge
# HELP backup_duration_seconds How long the last backup took.
backup_duration_seconds ${(2 + first! / 64).toFixed(2)}
# TYPE backup_size_bytes gauge
# HELP backup_size_bytes How much the last backup wrote.
backup_size_bytes ${(40 + second!) * 1_000_000}
# TYPE backup_last_success_timestamp_seconds gauge
# HELP backup_last_success_timestamp_seconds When the last backup ended well.
backup_last_success_timestamp_seconds ${clock.now() / 1000}
`
}
