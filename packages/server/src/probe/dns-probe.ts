// One question to a name server, by UDP, TCP or TLS.
import { createSocket } from 'node:dgram'
import { isIPv6, type Socket } from 'node:net'
import { messageOf, OutsideError } from '@pharos/base'
import type { DnsProbeSettings, RecordRules } from '@pharos/config'
import { type DnsRecord, type DnsReply, parseReply, questionBytes } from './dns-message.ts'
import { addressFor, connected, hostAndPort, type Probe, secured, within } from './probe-world.ts'

const PHASES = ['resolve', 'connect', 'request'] as const
const PHASE_HELP = 'Duration of the question by phase.'

/** @source blackbox_exporter prober/dns.go ProbeDNS */
export async function probeDns(
  target: string,
  settings: DnsProbeSettings,
  probe: Probe,
): Promise<boolean> {
  const { page } = probe
  for (const phase of PHASES) page.set('probe_dns_duration_seconds', PHASE_HELP, 0, 'phase', phase)
  showCounts(probe, undefined)
  const { host, port } = hostAndPort(target, settings.isTls ? 853 : 53)
  const id = Math.floor(probe.random.next() * 65_536)
  const question = questionBytes({
    id,
    name: settings.queryName,
    type: settings.queryType,
    class: settings.queryClass,
    isRecursive: settings.isRecursive,
  })
  const ended = phases(probe)
  const address = await addressFor(host, settings, probe)
  ended('resolve')
  const bytes =
    settings.transport === 'udp'
      ? await byDatagram(probe, address, port, settings.sourceAddress, question, ended)
      : await byStream(probe, { host, address, port }, settings, question, ended)
  const reply = parseReply(bytes)
  if (reply.id !== id) throw new OutsideError('net/dns', 'the answer is to another question')
  showCounts(probe, reply)
  const serial = reply.answer.find((one) => one.serial !== undefined)?.serial
  if (settings.queryType === 'SOA')
    page.set('probe_dns_serial', 'Serial number of the zone.', serial ?? 0)
  return isGood(reply, settings, probe)
}

type Ended = (phase: (typeof PHASES)[number]) => void

function phases({ clock, page }: Probe): Ended {
  let lastMs = clock.monotonicMs()
  return (phase) => {
    const nowMs = clock.monotonicMs()
    page.set('probe_dns_duration_seconds', PHASE_HELP, (nowMs - lastMs) / 1000, 'phase', phase)
    lastMs = nowMs
  }
}

async function byDatagram(
  probe: Probe,
  address: string,
  port: number,
  sourceAddress: string,
  question: Uint8Array,
  ended: Ended,
): Promise<Uint8Array> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  try {
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      socket.on('error', reject)
      // Connected: what others send to this port is not heard.
      socket.once('message', (message) => resolve(new Uint8Array(message)))
      socket.once('connect', () => {
        ended('connect')
        socket.send(question)
      })
      if (sourceAddress === '') socket.connect(port, address)
      else socket.bind({ address: sourceAddress }, () => socket.connect(port, address))
    })
    const bytes = await within(probe, answer)
    ended('request')
    return bytes
  } catch (error) {
    throw new OutsideError('net/dns', messageOf(error), { cause: error })
  } finally {
    socket.close()
  }
}

async function byStream(
  probe: Probe,
  {
    host,
    address,
    port,
  }: { readonly host: string; readonly address: string; readonly port: number },
  settings: DnsProbeSettings,
  question: Uint8Array,
  ended: Ended,
): Promise<Uint8Array> {
  let socket: Socket = await connected(probe, address, port, settings.sourceAddress)
  try {
    if (settings.isTls) socket = await secured(probe, socket, host, settings.tls)
    ended('connect')
    const bytes = await within(probe, exchanged(socket, question))
    ended('request')
    return bytes
  } finally {
    socket.destroy()
  }
}

/** Over a stream each message has its length in front. */
function exchanged(socket: Socket, question: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let all = Buffer.alloc(0)
    socket.on('data', (part) => {
      all = Buffer.concat([all, part])
      if (all.length >= 2 && all.length >= 2 + all.readUInt16BE(0))
        resolve(new Uint8Array(all.subarray(2, 2 + all.readUInt16BE(0))))
    })
    const fail = (): void => reject(new OutsideError('net/closed', 'the connection ended'))
    socket.once('close', fail).on('error', reject)
    socket.write(Uint8Array.from([question.length >> 8, question.length & 255, ...question]))
  })
}

function showCounts({ page }: Probe, reply: DnsReply | undefined): void {
  const { answer, authority, additional } = reply ?? {}
  page.set('probe_dns_answer_rrs', 'Number of records in the answer.', answer?.length ?? 0)
  page.set('probe_dns_authority_rrs', 'Number of records of the authority.', authority?.length ?? 0)
  page.set('probe_dns_additional_rrs', 'Number of additional records.', additional?.length ?? 0)
  page.set(
    'probe_dns_query_succeeded',
    'Whether the question was answered.',
    reply === undefined ? 0 : 1,
  )
}

function isGood(reply: DnsReply, settings: DnsProbeSettings, { page }: Probe): boolean {
  const codes = settings.validRcodes.length > 0 ? settings.validRcodes : ['NOERROR']
  if (!codes.includes(reply.rcode)) {
    page.note(`${reply.rcode} is not valid`)
    return false
  }
  const parts: readonly (readonly [string, readonly DnsRecord[], RecordRules])[] = [
    ['answer', reply.answer, settings.answer],
    ['authority', reply.authority, settings.authority],
    ['additional', reply.additional, settings.additional],
  ]
  for (const [name, records, rules] of parts) {
    const mistake = recordMistake(
      records.map(({ text }) => text),
      rules,
    )
    if (mistake === undefined) continue
    page.note(`${name}: ${mistake}`)
    return false
  }
  return true
}

function recordMistake(records: readonly string[], rules: RecordRules): string | undefined {
  const { failIfMatches, failIfAllMatch, failIfNotMatches, failIfNoneMatches } = rules
  if (records.length === 0)
    return failIfNotMatches.length + failIfNoneMatches.length > 0 ? 'there is no record' : undefined
  if (failIfMatches.some((one) => records.some((text) => one.matches(text))))
    return 'a record matched'
  if (failIfNotMatches.some((one) => records.some((text) => !one.matches(text))))
    return 'a record did not match'
  if (
    failIfAllMatch.length > 0 &&
    failIfAllMatch.every((one) => records.every((text) => one.matches(text)))
  )
    return 'all records matched'
  if (
    failIfNoneMatches.length > 0 &&
    !failIfNoneMatches.some((one) => records.some((text) => one.matches(text)))
  )
    return 'no record matched'
  return undefined
}
