import { expect, test } from 'vitest'
import { awsEncoded, awsSignature } from './aws-signature.ts'

const KEYS = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: '',
}
const NOW = Date.UTC(2013, 4, 24)

function signatureOf(query: string): string {
  const url = new URL(`https://examplebucket.s3.amazonaws.com/?${query}`)
  const request = { method: 'GET', url, body: new Uint8Array(0) }
  const { credentials } = awsSignature(request, KEYS, 'us-east-1', 's3', NOW)
  return credentials.kind === 'scheme' ? `${credentials.scheme} ${credentials.credentials}` : ''
}

/** @source Amazon S3 API reference, Authenticating requests: examples of signature calculations */
test('the documented requests get the documented signatures', () => {
  const scope = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'
  const names = 'host;x-amz-content-sha256;x-amz-date'
  const head = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${names}, Signature=`
  expect(signatureOf('lifecycle')).toBe(
    `${head}fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543`,
  )
  expect(signatureOf('max-keys=2&prefix=J')).toBe(
    `${head}34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7`,
  )
})

test('names are encoded as signatures want it', () => {
  expect(awsEncoded("a b/c*d'e(f)!~-._é")).toBe('a%20b%2Fc%2Ad%27e%28f%29%21~-._%C3%A9')
})

test('a session token is sent and signed', () => {
  const url = new URL('http://store:9000/bucket/name')
  const request = { method: 'PUT', url, body: Uint8Array.of(1) }
  const { headers, credentials } = awsSignature(
    request,
    { ...KEYS, sessionToken: 'token' },
    'r',
    's3',
    NOW,
  )
  expect(headers).toContainEqual(['x-amz-security-token', 'token'])
  expect(JSON.stringify(credentials)).toContain('x-amz-date;x-amz-security-token')
})
