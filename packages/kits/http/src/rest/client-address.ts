// Who asked: the address of the connection, or what trusted proxies say about it.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/**
 * Gives the function that tells the client's address. Without trusted proxies `X-Forwarded-For` is never looked at:
 * anybody can send it.
 * @param trusted  addresses and networks, `10.0.0.0/8`
 * @throws TypeError when one of them is neither
 */
export function clientAddress(trusted: readonly string[]): (request: IncomingMessage) => string {
  const proxies = new BlockList()
  for (const one of trusted) addNetwork(proxies, one)
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return (request) => {
    let address = plain(request.socket.remoteAddress ?? '')
    if (trusted.length === 0) return address
    const header = request.headers['x-forwarded-for'] ?? ''
    const said = String(header).split(',').reverse()
    // From the nearest on, as long as each is one that we trust.
    for (const one of said) {
      const before = plain(one.trim())
      if (!isTrusted(address) || isIP(before) === 0) break
      address = before
    }
    return address
  }
}

function addNetwork(proxies: BlockList, text: string): void {
  const [address = '', bits, ...more] = text.split('/')
  const kind = isIP(address)
  const size = bits === undefined ? (kind === 6 ? 128 : 32) : Number(bits)
  const isSize = Number.isInteger(size) && size >= 0 && size <= (kind === 6 ? 128 : 32)
  if (kind === 0 || more.length > 0 || bits === '' || !isSize)
    throw new TypeError(
      `trustedProxies: wants addresses and networks such as 10.0.0.0/8, has "${text}"`,
    )
  proxies.addSubnet(address, size, kind === 6 ? 'ipv6' : 'ipv4')
}

/** `::ffff:10.0.0.1` is what a listener for both families says of 10.0.0.1. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
