// One request over a connection of its own, with the time that each phase takes, redirects included.
import { type IncomingMessage, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { OutsideError } from '@pharos/base'
import type { HeaderMatch, HttpProbeSettings } from '@pharos/config'
import { addressFor, connected, type Probe, secured, within } from './probe-world.ts'

const REDIRECTS_MAX = 10
/** Of a body so much is read, bytes. */
const BODY_BYTES_MAX: number = 10 * 1024 * 1024
const PHASES = ['resolve', 'connect', 'tls', 'processing', 'transfer'] as const
const PHASE_HELP = 'Duration of the request by phase, summed over all redirects.'

interface Answer {
  readonly message: IncomingMessage
  readonly body: Uint8Array
}

/** @source blackbox_exporter prober/http.go ProbeHTTP */
export async function probeHttp(
  target: string,
  settings: HttpProbeSettings,
  hostname: string,
  probe: Probe,
): Promise<boolean> {
  const { page } = probe
  for (const phase of PHASES) page.set('probe_http_duration_seconds', PHASE_HELP, 0, 'phase', phase)
  showAnswer(probe, undefined, 0, false)
  let url = new URL(/^https?:\/\//.test(target) ? target : `http://${target}`)
  const first = url.host
  for (let redirects = 0; ; redirects++) {
    const answer = await asked(url, settings, hostname, url.host === first, probe)
    const isSecure = url.protocol === 'https:'
    showAnswer(probe, answer, redirects, isSecure)
    const { message, body } = answer
    page.note(`${url.href} answered ${message.statusCode}`)
    const next = redirectOf(message, url)
    if (next === undefined || !settings.client.followRedirects)
      return isGood(message, body, isSecure, settings, probe)
    if (redirects >= REDIRECTS_MAX) throw new OutsideError('http/redirects', 'too many redirects')
    url = next
  }
}

async function asked(
  url: URL,
  settings: HttpProbeSettings,
  hostname: string,
  isFirstHost: boolean,
  probe: Probe,
): Promise<Answer> {
  const { clock, page } = probe
  let lastMs = clock.monotonicMs()
  const ended = (phase: (typeof PHASES)[number]): void => {
    const nowMs = clock.monotonicMs()
    page.add('probe_http_duration_seconds', PHASE_HELP, (nowMs - lastMs) / 1000, 'phase', phase)
    lastMs = nowMs
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSecure = url.protocol === 'https:'
  const address = await addressFor(host, settings, probe)
  ended('resolve')
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  let socket: Socket = await connected(probe, address, port, '')
  try {
    ended('connect')
    if (isSecure) {
      const { tls } = settings.client
      // A name that is set is that of the first host.
      const own = isFirstHost
        ? { ...tls, serverName: tls.serverName || hostname }
        : { ...tls, serverName: '' }
      socket = await secured(probe, socket, host, own)
      ended('tls')
    }
    const headers = await headersOf(url, settings, hostname, isFirstHost, probe)
    const message = await within(probe, sent(url, settings, headers, socket))
    ended('processing')
    const body = await within(probe, bodyOf(message, settings.bodySizeLimit || BODY_BYTES_MAX))
    ended('transfer')
    return { message, body }
  } finally {
    socket.destroy()
  }
}

function sent(
  url: URL,
  { method, body }: HttpProbeSettings,
  headers: Readonly<Record<string, string>>,
  socket: Socket,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      method,
      path: `${url.pathname}${url.search}`,
      headers,
      createConnection: () => socket,
    })
    request.once('response', resolve).on('error', reject)
    request.end(body === '' ? undefined : body)
  })
}

/** Credentials and set headers stay with the first host. */
async function headersOf(
  url: URL,
  settings: HttpProbeSettings,
  hostname: string,
  isFirstHost: boolean,
  { files }: Probe,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = { Host: url.host, 'User-Agent': 'Pharos probe' }
  if (!isFirstHost) return headers
  if (hostname !== '') headers['Host'] = hostname
  for (const [name, value] of settings.headers)
    headers[name.toLowerCase() === 'host' ? 'Host' : name] = value
  if (settings.body !== '') headers['Content-Length'] = String(Buffer.byteLength(settings.body))
  const { basicAuth, authorization, headers: more } = settings.client
  for (const { name, values, files: paths } of more) {
    const texts = [...values, ...(await Promise.all(paths.map((path) => files.secret('', path))))]
    headers[name] = texts.join(', ')
  }
  if (basicAuth !== undefined) {
    const user = await files.secret(basicAuth.username, basicAuth.usernameFile)
    const password = await files.secret(basicAuth.password, basicAuth.passwordFile)
    headers['Authorization'] = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }
  if (authorization !== undefined) {
    const { type, credentials, credentialsFile } = authorization
    headers['Authorization'] = `${type} ${await files.secret(credentials, credentialsFile)}`
  }
  return headers
}

/** @throws OutsideError `http/body-too-large` */
async function bodyOf(message: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of message as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) throw new OutsideError('http/body-too-large', 'body size limit exceeded')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function redirectOf(message: IncomingMessage, from: URL): URL | undefined {
  const { location } = message.headers
  if (location === undefined || ![301, 302, 303, 307, 308].includes(message.statusCode ?? 0))
    return undefined
  const next = new URL(location, from)
  if (!/^https?:$/.test(next.protocol))
    throw new OutsideError('http/redirects', `redirect to ${next.protocol}`)
  return next
}

function showAnswer(
  { page }: Probe,
  answer: Answer | undefined,
  redirects: number,
  isSecure: boolean,
): void {
  const { message, body } = answer ?? {}
  const length = message?.headers['content-length']
  page.set(
    'probe_http_content_length',
    'Length that the answer says its content has.',
    Number(length ?? (message === undefined ? 0 : -1)),
  )
  page.set('probe_http_uncompressed_body_length', 'Length of the body.', body?.length ?? 0)
  page.set('probe_http_redirects', 'Number of redirects.', redirects)
  page.set('probe_http_ssl', 'Whether the last request went over TLS.', isSecure ? 1 : 0)
  page.set('probe_http_status_code', 'Status of the answer.', message?.statusCode ?? 0)
  page.set(
    'probe_http_version',
    'Version of HTTP of the answer.',
    Number(message?.httpVersion ?? 0),
  )
  page.set('probe_failed_due_to_regex', 'Whether a regular expression failed the probe.', 0)
  const changedMs = Date.parse(message?.headers['last-modified'] ?? '')
  if (!Number.isNaN(changedMs)) {
    const help = 'Last-Modified of the answer, seconds since 1970.'
    page.set('probe_http_last_modified_timestamp_seconds', help, changedMs / 1000)
  }
}

function isGood(
  message: IncomingMessage,
  body: Uint8Array,
  isSecure: boolean,
  settings: HttpProbeSettings,
  { page }: Probe,
): boolean {
  const failed = (why: string): false => {
    page.note(why)
    return false
  }
  const status = message.statusCode ?? 0
  const { validStatusCodes: codes, validHttpVersions: versions } = settings
  const isStatusGood = codes.length > 0 ? codes.includes(status) : status >= 200 && status < 300
  if (!isStatusGood) return failed(`status ${status} is not valid`)
  const mistake = headerMistake(message, settings) ?? bodyMistake(body, settings)
  if (mistake !== undefined) {
    page.set('probe_failed_due_to_regex', 'Whether a regular expression failed the probe.', 1)
    return failed(mistake)
  }
  if (versions.length > 0 && !versions.includes(`HTTP/${message.httpVersion}`))
    return failed(`HTTP/${message.httpVersion} is not valid`)
  if (isSecure && settings.failIfSsl) return failed('the answer came over TLS')
  if (!isSecure && settings.failIfNotSsl) return failed('the answer did not come over TLS')
  return true
}

function headerMistake(message: IncomingMessage, settings: HttpProbeSettings): string | undefined {
  const valuesOf = ({ header }: HeaderMatch): string[] =>
    message.headersDistinct[header.toLowerCase()] ?? []
  for (const one of settings.failIfHeaderMatches) {
    const values = valuesOf(one)
    if (values.length === 0 && !one.allowMissing) return `header ${one.header} is missing`
    if (values.some((value) => one.regexp.matches(value))) return `header ${one.header} matched`
  }
  for (const one of settings.failIfHeaderNotMatches) {
    const values = valuesOf(one)
    if (values.length === 0 && one.allowMissing) continue
    if (values.length === 0) return `header ${one.header} is missing`
    if (!values.some((value) => one.regexp.matches(value)))
      return `header ${one.header} did not match`
  }
  return undefined
}

function bodyMistake(body: Uint8Array, settings: HttpProbeSettings): string | undefined {
  const { failIfBodyMatches, failIfBodyNotMatches } = settings
  if (failIfBodyMatches.length + failIfBodyNotMatches.length === 0) return undefined
  const text = new TextDecoder().decode(body)
  if (failIfBodyMatches.some((one) => one.matches(text))) return 'the body matched'
  return failIfBodyNotMatches.some((one) => !one.matches(text))
    ? 'the body did not match'
    : undefined
}
