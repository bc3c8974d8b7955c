import { createSign } from 'node:crypto'
import { messageOf, UserError } from '@pharos/base'

const HASHES: Readonly<Record<string, string>> = {
  RS256: 'SHA256',
  RS384: 'SHA384',
  RS512: 'SHA512',
}

/**
 * A JWT signed with RSA.
 * @throws UserError `http/oauth2-key` when the PEM text is no private key
 * @source RFC 7515, RFC 7523
 */
export function signedJwt(
  claims: Readonly<Record<string, unknown>>,
  by: { readonly key: string; readonly keyId: string; readonly algorithm: string },
): string {
  const algorithm = by.algorithm === '' ? 'RS256' : by.algorithm
  const header = { alg: algorithm, typ: 'JWT', ...(by.keyId === '' ? {} : { kid: by.keyId }) }
  const text = `${base64(header)}.${base64(claims)}`
  try {
    const signature = createSign(HASHES[algorithm] ?? 'SHA256')
      .update(text)
      .sign(by.key)
    return `${text}.${signature.toString('base64url')}`
  } catch (error) {
    throw new UserError('http/oauth2-key', `oauth2: private key: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
}
