import { networkInterfaces } from 'node:os'

/** Addresses of this machine that others may reach, IPv4 first: for a service that says `host = "auto"`. */
export function advertisedAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const outside = all.filter(
    (one) =>
      !one.internal && !one.address.startsWith('fe80:') && !one.address.startsWith('169.254.'),
  )
  const family = (name: string): string[] =>
    outside.filter((one) => one.family === name).map((one) => one.address)
  return [...family('IPv4'), ...family('IPv6')]
}
