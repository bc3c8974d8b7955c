// `dns_sd_configs`: the records of a name are the targets.

import { OutsideError } from '@pharos/base'
import type { Clock, DnsAnswer, Logger, Net } from '@pharos/base'
import type { DnsDiscoverySettings } from '@pharos/config'
import { createPollingDiscoverer, hostPort, Labels } from '@pharos/model'
import type { PollingDiscoverer, TargetGroup } from '@pharos/model'
import { RECORDS_MAX } from './limits.ts'

interface DnsDiscoveryWorld {
  readonly clock: Clock
  readonly net: Net
  readonly log: Logger
}

const META = '__meta_dns_'

/**
 * One group for each name, with the name as source. A name that does not exist has no targets; a server that fails keeps
 * the last ones, and does not hold up the other names.
 * @source discovery/dns
 */
export function createDnsDiscoverer(
  settings: DnsDiscoverySettings,
  world: DnsDiscoveryWorld,
): PollingDiscoverer {
  const known = new Map<string, TargetGroup>()
  return createPollingDiscoverer({
    mechanism: 'dns',
    intervalMs: settings.refreshIntervalMs,
    clock: world.clock,
    log: world.log,
    async ask() {
      const failures: OutsideError[] = []
      await Promise.all(
        settings.names.map(async (name) => {
          try {
            known.set(
              name,
              groupOf(name, await answersOf(world.net, name, settings.type), settings),
            )
          } catch (error) {
            if (!(error instanceof OutsideError)) throw error
            failures.push(error)
          }
        }),
      )
      // What some names said is good; only a failure of all of them is one of the backend.
      const first = failures[0]
      if (first !== undefined) {
        if (known.size === 0) throw first
        world.log.warn('DNS resolution failed', { err: first.message, names: failures.length })
      }
      return [...known.values()]
    },
  })
}

async function answersOf(
  net: Net,
  name: string,
  type: DnsDiscoverySettings['type'],
): Promise<readonly DnsAnswer[]> {
  if (net.resolve === undefined) throw new OutsideError('net/dns', 'there is no resolver here')
  const answers = await net.resolve(name, type)
  if (answers.length > RECORDS_MAX)
    throw new OutsideError('discovery/answer', `${name} has more than ${RECORDS_MAX} records`)
  return answers
}

function groupOf(
  name: string,
  answers: readonly DnsAnswer[],
  { type, port }: DnsDiscoverySettings,
): TargetGroup {
  const targets = answers.map(({ host, port: own }) => {
    const pairs: [string, string][] = [
      ['__address__', hostPort(host.replace(/\.$/, ''), own ?? port)],
      [`${META}name`, name],
    ]
    const rooted = host.endsWith('.') ? host : `${host}.`
    if (type === 'SRV')
      pairs.push([`${META}srv_record_target`, rooted], [`${META}srv_record_port`, String(own)])
    if (type === 'MX') pairs.push([`${META}mx_record_target`, rooted])
    if (type === 'NS') pairs.push([`${META}ns_record_target`, rooted])
    return Labels.of(pairs)
  })
  // Servers shuffle their answers; an order of its own keeps the group from changing all the time.
  targets.sort((a, b) => Labels.compare(a, b))
  return { source: name, targets, labels: Labels.EMPTY }
}
