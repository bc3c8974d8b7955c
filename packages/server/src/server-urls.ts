import { quoted, UserError } from '@pharos/base'
import { parseListenAddress } from '@pharos/http'

export interface ServerUrls {
  /** Without a slash at the end: `http://host:9090/prefix`. */
  readonly external: string
  /** '' or `/prefix`: before every route. */
  readonly prefix: string
}

/** @throws UserError `flag/invalid` */
export function serverUrls(
  externalFlag: string,
  prefixFlag: string,
  hostName: string,
  listenAddress: string,
): ServerUrls {
  const external = externalUrl(externalFlag, hostName, listenAddress)
  const prefix = prefixFlag === '' ? new URL(external).pathname : prefixFlag
  const trimmed = prefix.replace(/^\/*/, '/').replace(/\/+$/, '')
  return { external: external.replace(/\/+$/, ''), prefix: trimmed }
}

function externalUrl(flag: string, hostName: string, listenAddress: string): string {
  if (flag === '') {
    const address = parseListenAddress(listenAddress)
    return address.kind === 'tcp' ? `http://${hostName}:${address.port}/` : 'http://localhost/'
  }
  const text = flag.includes('://') ? flag : `http://${flag}`
  if (!URL.canParse(text)) {
    throw new UserError('flag/invalid', `--web.external-url: wants a URL, has ${quoted(flag)}`)
  }
  return text
}
