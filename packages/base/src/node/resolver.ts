import { Resolver } from 'node:dns/promises'
import { messageOf, OutsideError } from '../errors.ts'
import type { DnsAnswer, DnsType } from '../net.ts'

/** Time for one try, ms, and tries. */
const TRY_MS = 5_000
const TRIES = 2

/** @throws OutsideError `net/dns` when no server answers or one fails; a name that does not exist has no records */
export async function resolve(name: string, type: DnsType): Promise<readonly DnsAnswer[]> {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
  try {
    return await answers(resolver, name, type)
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOTFOUND' || code === 'ENODATA') return []
    throw new OutsideError('net/dns', `lookup ${name} ${type}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

async function answers(
  resolver: Resolver,
  name: string,
  type: DnsType,
): Promise<readonly DnsAnswer[]> {
  switch (type) {
    case 'A':
      return (await resolver.resolve4(name)).map((host) => ({ host }))
    case 'AAAA':
      return (await resolver.resolve6(name)).map((host) => ({ host }))
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(({ name: host, port }) => ({ host, port }))
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ exchange }) => ({ host: exchange }))
    case 'NS':
      return (await resolver.resolveNs(name)).map((host) => ({ host }))
  }
}
