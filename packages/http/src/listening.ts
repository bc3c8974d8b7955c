// Beginning to listen, and what it says when that fails.
import { messageOf, OutsideError, UserError } from '@pharos/base'
import type { ListenAddress } from './listen-address.ts'

/** Where a socket of Node listens. */
type Place = { readonly path: string } | { readonly host: string; readonly port: number }

/**
 * Listens at an address; an empty host is every interface.
 * @param shown  the address as it was given, for messages
 * @throws UserError `http/address-in-use`, `http/address` with one line that says what to do
 */
export async function listened(
  address: ListenAddress,
  shown: string,
  listen: (place: Place) => Promise<unknown>,
): Promise<void> {
  try {
    if (address.kind === 'unix') await listen({ path: address.path })
    else await listenTcp(address.host, address.port, listen)
  } catch (error) {
    throw listenError(error, shown)
  }
}

async function listenTcp(
  host: string,
  port: number,
  listen: (place: Place) => Promise<unknown>,
): Promise<void> {
  if (host !== '') {
    await listen({ host, port })
    return
  }
  try {
    await listen({ host: '::', port })
  } catch (error) {
    // Where IPv6 is switched off, every interface means every IPv4 interface.
    if (codeOf(error) !== 'EAFNOSUPPORT' && codeOf(error) !== 'EADDRNOTAVAIL') throw error
    await listen({ host: '0.0.0.0', port })
  }
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : ''
  return typeof code === 'string' ? code : ''
}

function listenError(error: unknown, address: string): Error {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new UserError(
        'http/address-in-use',
        `listen tcp ${address}: bind: address already in use; stop the program that has it or choose another address`,
      )
    case 'EACCES':
      return new UserError(
        'http/address',
        `listen tcp ${address}: bind: permission denied; ports below 1024 are for root`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UserError(
        'http/address',
        `listen tcp ${address}: bind: cannot assign requested address; no interface has it`,
      )
    default:
      return new OutsideError('http/listen', `listen tcp ${address}: ${messageOf(error)}`, {
        cause: error,
      })
  }
}
