// DNS messages: one question out, records in. @source RFC 1035 section 4; RFC 3596 (AAAA), RFC 2782 (SRV)
import { OutsideError } from '@pharos/base'

const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DS: 43,
  RRSIG: 46,
  DNSKEY: 48,
  CAA: 257,
  ANY: 255,
}
const CLASSES: Readonly<Record<string, number>> = { IN: 1, CH: 3, HS: 4, ANY: 255 }
const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
]
/** Names in a message are compressed; a pointer that leads in a circle is none. */
const JUMPS_MAX = 64

interface DnsQuestion {
  readonly id: number
  readonly name: string
  readonly type: string
  readonly class: string
  readonly isRecursive: boolean
}

export interface DnsRecord {
  readonly type: number
  /** As people write it: name, time to live, class, type, data, apart by tabs. */
  readonly text: string
  /** Of an SOA record. */
  readonly serial: number | undefined
}

export interface DnsReply {
  readonly id: number
  readonly rcode: string
  /** The answer did not fit into a datagram. */
  readonly isCut: boolean
  readonly answer: readonly DnsRecord[]
  readonly authority: readonly DnsRecord[]
  readonly additional: readonly DnsRecord[]
}

/** @throws OutsideError `net/dns` for a type, class or name that there is not */
export function questionBytes(question: DnsQuestion): Uint8Array {
  const type = TYPES[question.type]
  const kind = CLASSES[question.class]
  if (type === undefined || kind === undefined)
    throw new OutsideError('net/dns', `unknown type or class ${question.type} ${question.class}`)
  const head = [
    question.id >> 8,
    question.id & 255,
    question.isRecursive ? 1 : 0,
    0,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
  ]
  const name: number[] = []
  for (const label of question.name.split('.').filter((one) => one !== '')) {
    const bytes = new TextEncoder().encode(label)
    if (bytes.length > 63) throw new OutsideError('net/dns', `label ${label} is too long`)
    name.push(bytes.length, ...bytes)
  }
  name.push(0)
  if (name.length > 255) throw new OutsideError('net/dns', 'the name is too long')
  return Uint8Array.from([...head, ...name, type >> 8, type & 255, kind >> 8, kind & 255])
}

/** @throws OutsideError `net/dns` when it is no whole message */
export function parseReply(bytes: Uint8Array): DnsReply {
  try {
    return new ReplyReader(bytes).reply()
  } catch (error) {
    throw error instanceof RangeError
      ? new OutsideError('net/dns', 'the answer is no DNS message', { cause: error })
      : error
  }
}

/** Reads past the end throw RangeError, as DataView does. */
class ReplyReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  reply(): DnsReply {
    const [id, flags, questions, answers, authorities, more] = [
      this.#u16(),
      this.#u16(),
      this.#u16(),
      this.#u16(),
      this.#u16(),
      this.#u16(),
    ]
    for (let i = 0; i < questions!; i++) {
      this.#name()
      this.#at += 4
    }
    const records = (count: number): DnsRecord[] =>
      Array.from({ length: count }, () => this.#record())
    const code = flags! & 15
    return {
      id: id!,
      rcode: RCODES[code] ?? `RCODE${code}`,
      isCut: (flags! & 0x200) !== 0,
      answer: records(answers!),
      authority: records(authorities!),
      additional: records(more!),
    }
  }

  #record(): DnsRecord {
    const name = this.#name()
    const type = this.#u16()
    const kind = this.#u16()
    const ttl = this.#view.getUint32(this.#at)
    this.#at += 4
    const length = this.#u16()
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('data')
    const { data, serial } = this.#data(type, end)
    this.#at = end
    const shown = (table: Readonly<Record<string, number>>, number: number, word: string): string =>
      Object.entries(table).find(([, one]) => one === number)?.[0] ?? `${word}${number}`
    const text = `${name}\t${ttl}\t${shown(CLASSES, kind, 'CLASS')}\t${shown(TYPES, type, 'TYPE')}\t${data}`
    return { type, text, serial }
  }

  #data(type: number, end: number): { data: string; serial?: number } {
    switch (type) {
      case TYPES['A']:
        return { data: [...this.#bytes.subarray(this.#at, end)].join('.') }
      case TYPES['AAAA']:
        return { data: ipv6Text(this.#bytes.subarray(this.#at, end)) }
      case TYPES['NS']:
      case TYPES['CNAME']:
      case TYPES['PTR']:
        return { data: this.#name() }
      case TYPES['MX']:
        return { data: `${this.#u16()} ${this.#name()}` }
      case TYPES['SRV']:
        return { data: `${this.#u16()} ${this.#u16()} ${this.#u16()} ${this.#name()}` }
      case TYPES['TXT']:
        return { data: this.#strings(end) }
      case TYPES['SOA']:
        return this.#soa()
      default:
        return {
          data: `\\# ${end - this.#at} ${Buffer.from(this.#bytes.subarray(this.#at, end)).toString('hex')}`,
        }
    }
  }

  #soa(): { data: string; serial: number } {
    const names = `${this.#name()} ${this.#name()}`
    const numbers = [0, 4, 8, 12, 16].map((offset) => this.#view.getUint32(this.#at + offset))
    return { data: `${names} ${numbers.join(' ')}`, serial: numbers[0]! }
  }

  #strings(end: number): string {
    const texts: string[] = []
    while (this.#at < end) {
      const length = this.#bytes[this.#at++]!
      const text = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + length))
      texts.push(`"${text.replace(/["\\]/g, '\\$&')}"`)
      this.#at += length
    }
    return texts.join(' ')
  }

  #name(): string {
    const labels: string[] = []
    let at = this.#at
    let after = -1
    for (let jumps = 0; ;) {
      const length = this.#view.getUint8(at)
      if (length === 0) break
      if (length >= 0xc0) {
        if (after < 0) after = at + 2
        if (++jumps > JUMPS_MAX) throw new RangeError('a name in a circle')
        at = this.#view.getUint16(at) & 0x3fff
        continue
      }
      if (at + 1 + length > this.#bytes.length) throw new RangeError('name')
      labels.push(new TextDecoder().decode(this.#bytes.subarray(at + 1, at + 1 + length)))
      at += 1 + length
    }
    this.#at = after < 0 ? at + 1 : after
    return `${labels.join('.')}.`
  }

  #u16(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2)
  }
}

/** The longest run of zeros as `::`. */
function ipv6Text(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => (bytes[i * 2]! << 8) | bytes[i * 2 + 1]!)
  const url = `http://[${words.map((word) => word.toString(16)).join(':')}]`
  return new URL(url).hostname.slice(1, -1)
}
