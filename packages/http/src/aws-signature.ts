// AWS Signature Version 4, as S3 and what speaks like it want a request signed.
import { createHash, createHmac } from 'node:crypto'
import type { HttpCredentials } from './request-bytes.ts'

interface AwsKeys {
  readonly accessKey: string
  readonly secretKey: string
  /** Of temporary keys; '' for others. */
  readonly sessionToken: string
}

interface SignedRequest {
  readonly method: string
  /** Its path and query are signed as `awsEncoded` writes them. */
  readonly url: URL
  readonly body: Uint8Array
}

interface AwsSignature {
  /** To be sent with the request, as they were signed. */
  readonly headers: readonly (readonly [string, string])[]
  readonly credentials: HttpCredentials
}

/**
 * Signs a request.
 * @param service  `s3`
 * @param nowMs    more than fifteen minutes off, and the request is refused
 * @source AWS, Signature Version 4: create a signed request
 */
export function awsSignature(
  { method, url, body }: SignedRequest,
  { accessKey, secretKey, sessionToken }: AwsKeys,
  region: string,
  service: string,
  nowMs: number,
): AwsSignature {
  const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const digest = sha256(body)
  const sent: [string, string][] = [
    ['x-amz-content-sha256', digest],
    ['x-amz-date', date],
  ]
  if (sessionToken !== '') sent.push(['x-amz-security-token', sessionToken])
  const signed = [['host', url.host], ...sent]
  const names = signed.map(([name]) => name).join(';')
  const query = [...url.searchParams]
    .map(([name, value]) => `${awsEncoded(name)}=${awsEncoded(value)}`)
    .sort()
    .join('&')
  const canonical = [
    method,
    url.pathname,
    query,
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    digest,
  ].join('\n')
  const day = date.slice(0, 8)
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  let key: Uint8Array | string = `AWS4${secretKey}`
  for (const part of [day, region, service, 'aws4_request']) key = hmac(key, part)
  const signature = hmac(key, toSign).toString('hex')
  const text = `Credential=${accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return {
    headers: sent,
    credentials: { kind: 'scheme', scheme: 'AWS4-HMAC-SHA256', credentials: text },
  }
}

/** Percent-encoded as signatures want it: all but letters, digits and `-._~`. */
export function awsEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

function hmac(key: Uint8Array | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
