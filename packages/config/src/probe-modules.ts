// The module file of probes, in the format of the blackbox exporter: what a probe asks, and what it takes for success.

import { UserError } from '@pharos/base'
import type { HttpClientSettings, TlsSettings } from '@pharos/base'
import { Regex } from '@pharos/model'
import { z } from 'zod'
import { byteSize, count, duration, flag, leaf, oneOf, text } from './codec.ts'
import type { Codec } from './codec.ts'
import { decoded } from './decode-file.ts'
import { checkHttp, HTTP_SHAPE, httpClientSettings, normaliseHttp } from './http-client.ts'
import { tlsSection, tlsSettings } from './http-client.ts'
import type { HttpFields, TlsFields } from './http-client.ts'
import { list, mapOf, section } from './section.ts'
import type { ShapeOf } from './section.ts'
import { readYaml } from './yaml-tree.ts'

const PROBERS = ['http', 'tcp', 'dns', 'icmp', 'grpc', 'unix', 'websocket'] as const

export interface HeaderMatch {
  readonly header: string
  readonly regexp: Regex
  readonly allowMissing: boolean
}

export interface AddressChoice {
  readonly protocol: 'ip4' | 'ip6'
  readonly hasFallback: boolean
}

export interface HttpProbeSettings extends AddressChoice {
  /** Empty: 200 to 299. */
  readonly validStatusCodes: readonly number[]
  readonly validHttpVersions: readonly string[]
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  readonly failIfSsl: boolean
  readonly failIfNotSsl: boolean
  readonly failIfBodyMatches: readonly Regex[]
  readonly failIfBodyNotMatches: readonly Regex[]
  readonly failIfHeaderMatches: readonly HeaderMatch[]
  readonly failIfHeaderNotMatches: readonly HeaderMatch[]
  readonly body: string
  /** 0: the largest that a probe reads. */
  readonly bodySizeLimit: number
  readonly client: HttpClientSettings
}

export interface QueryResponse {
  readonly expect: Regex | undefined
  readonly send: string
  readonly startTls: boolean
}

export interface TcpProbeSettings extends AddressChoice {
  readonly sourceAddress: string
  readonly queryResponse: readonly QueryResponse[]
  readonly isTls: boolean
  readonly tls: TlsSettings
}

export interface RecordRules {
  readonly failIfMatches: readonly Regex[]
  readonly failIfAllMatch: readonly Regex[]
  readonly failIfNotMatches: readonly Regex[]
  readonly failIfNoneMatches: readonly Regex[]
}

export interface DnsProbeSettings extends AddressChoice {
  readonly sourceAddress: string
  readonly transport: 'udp' | 'tcp'
  readonly isTls: boolean
  readonly tls: TlsSettings
  readonly queryName: string
  readonly queryType: string
  readonly queryClass: string
  readonly isRecursive: boolean
  /** Empty: NOERROR. */
  readonly validRcodes: readonly string[]
  readonly answer: RecordRules
  readonly authority: RecordRules
  readonly additional: RecordRules
}

export interface ProbeModule {
  /** `http`, `tcp`, `dns`; others are known and not implemented. */
  readonly prober: (typeof PROBERS)[number]
  /** 0: as long as the scrape may take. */
  readonly timeoutMs: number
  readonly http: HttpProbeSettings
  readonly tcp: TcpProbeSettings
  readonly dns: DnsProbeSettings
}

interface AddressFields {
  preferred_ip_protocol: string
  ip_protocol_fallback: boolean
}
interface MatchFields {
  header: string
  regexp: Regex | undefined
  allow_missing: boolean
}
interface HttpProbeFields extends AddressFields, HttpFields {
  valid_status_codes: readonly number[]
  valid_http_versions: readonly string[]
  method: string
  headers: readonly (readonly [string, string])[]
  no_follow_redirects: boolean
  fail_if_ssl: boolean
  fail_if_not_ssl: boolean
  fail_if_body_matches_regexp: readonly (Regex | undefined)[]
  fail_if_body_not_matches_regexp: readonly (Regex | undefined)[]
  fail_if_header_matches: readonly MatchFields[]
  fail_if_header_not_matches: readonly MatchFields[]
  body: string
  body_size_limit: number
}
interface TcpProbeFields extends AddressFields {
  source_ip_address: string
  query_response: readonly { expect: Regex | undefined; send: string; starttls: boolean }[]
  tls: boolean
  tls_config: TlsFields
}
interface RecordFields {
  fail_if_matches_regexp: readonly (Regex | undefined)[]
  fail_if_all_match_regexp: readonly (Regex | undefined)[]
  fail_if_not_matches_regexp: readonly (Regex | undefined)[]
  fail_if_none_matches_regexp: readonly (Regex | undefined)[]
}
interface DnsProbeFields extends AddressFields {
  source_ip_address: string
  transport_protocol: string
  dns_over_tls: boolean
  tls_config: TlsFields
  query_name: string
  query_type: string
  query_class: string
  recursion_desired: boolean
  valid_rcodes: readonly string[]
  validate_answer_rrs: RecordFields
  validate_authority_rrs: RecordFields
  validate_additional_rrs: RecordFields
}
interface ModuleFields {
  prober: (typeof PROBERS)[number] | ''
  timeout: number
  http: HttpProbeFields
  tcp: TcpProbeFields
  dns: DnsProbeFields
  icmp: undefined
  grpc: undefined
  unix: undefined
  websocket: undefined
}

/** Settings of probers that there are not: a file that is shared with others may have them. */
const anything: Codec<undefined> = {
  schema: z.unknown().transform(() => undefined),
  show: () => undefined,
  isZero: () => true,
  omitZero: true,
  inDirectory: () => undefined,
}

/** A pattern that is searched for. `.` does not match a line feed in it, as in Go. */
const pattern = (): Codec<Regex | undefined> =>
  leaf<Regex | undefined>({
    wants: 'a regular expression',
    absent: undefined,
    zero: undefined,
    decode: (scalar) => {
      const regex = Regex.anchored(`.*(?:(?-s:${scalar.text})).*`)
      // A pattern that is matched by string operations was not compiled: no bracket of it may end ours.
      Regex.anchored(scalar.text)
      return regex
    },
    show: (value) => value?.pattern ?? '',
  })

const ADDRESS: ShapeOf<AddressFields> = {
  preferred_ip_protocol: oneOf(
    ['ip4', 'ip6'],
    'ip6',
    (word) => `unknown IP protocol: ${word}`,
  ) as Codec<string>,
  ip_protocol_fallback: flag(true),
}

const headerMatch = section<MatchFields>(
  { header: text(), regexp: pattern(), allow_missing: flag() },
  {
    check({ header, regexp }, refuse) {
      if (header === '') refuse('header name must be set for HTTP header matchers')
      if (regexp === undefined) refuse('regexp must be set for HTTP header matchers')
    },
  },
)

const httpProbe = section<HttpProbeFields>(
  {
    valid_status_codes: list(count()),
    valid_http_versions: list(text()),
    method: text('GET'),
    headers: mapOf(text()),
    no_follow_redirects: flag(),
    fail_if_ssl: flag(),
    fail_if_not_ssl: flag(),
    fail_if_body_matches_regexp: list(pattern()),
    fail_if_body_not_matches_regexp: list(pattern()),
    fail_if_header_matches: list(headerMatch),
    fail_if_header_not_matches: list(headerMatch),
    body: text(),
    body_size_limit: byteSize(),
    ...ADDRESS,
    ...HTTP_SHAPE,
  },
  {
    check(http, refuse) {
      checkHttp(http, refuse)
      if (http.proxy_url || http.proxy_from_environment)
        refuse('probes through proxies are not implemented')
      if (http.oauth2 !== undefined) refuse('probes with oauth2 are not implemented')
    },
    normalise: normaliseHttp,
  },
)

const tcpProbe = section<TcpProbeFields>({
  ...ADDRESS,
  source_ip_address: text(),
  query_response: list(
    section<{ expect: Regex | undefined; send: string; starttls: boolean }>({
      expect: pattern(),
      send: text(),
      starttls: flag(),
    }),
  ),
  tls: flag(),
  tls_config: tlsSection,
})

const recordRules = section<RecordFields>({
  fail_if_matches_regexp: list(pattern()),
  fail_if_all_match_regexp: list(pattern()),
  fail_if_not_matches_regexp: list(pattern()),
  fail_if_none_matches_regexp: list(pattern()),
})

const dnsProbe = section<DnsProbeFields>({
  ...ADDRESS,
  source_ip_address: text(),
  transport_protocol: oneOf(
    ['udp', 'tcp'],
    'udp',
    (word) => `expected transport protocol udp or tcp, has ${word}`,
  ) as Codec<string>,
  dns_over_tls: flag(),
  tls_config: tlsSection,
  query_name: text(),
  query_type: text('ANY'),
  query_class: text('IN'),
  recursion_desired: flag(true),
  valid_rcodes: list(text()),
  validate_answer_rrs: recordRules,
  validate_authority_rrs: recordRules,
  validate_additional_rrs: recordRules,
})

const moduleSection = section<ModuleFields>(
  {
    prober: oneOf(PROBERS, '', (word) => `unknown prober ${JSON.stringify(word)}`) as Codec<
      ModuleFields['prober']
    >,
    timeout: duration(),
    http: httpProbe,
    tcp: tcpProbe,
    dns: dnsProbe,
    icmp: anything,
    grpc: anything,
    unix: anything,
    websocket: anything,
  },
  {
    check({ prober, dns }, refuse) {
      if (prober === '') refuse('prober must be set')
      if (prober === 'dns' && dns?.query_name === '')
        refuse('query name must be set for DNS module')
      if (dns?.dns_over_tls === true && dns.transport_protocol === 'udp')
        refuse('DNS over TLS wants transport_protocol tcp', 'dns')
    },
  },
)

const file = section<{ modules: readonly (readonly [string, ModuleFields])[] }>({
  modules: mapOf(moduleSection),
})

/**
 * Reads a module file.
 * @throws ConfigErrors with every mistake
 * @source blackbox_exporter CONFIGURATION.md
 */
export function readProbeModules(
  fileText: string,
  options: { readonly file: string; readonly baseDirectory: string },
): ReadonlyMap<string, ProbeModule> {
  const fields = file.inDirectory(
    decoded(file, readYaml(fileText, options.file), options.file),
    options.baseDirectory,
  )
  return new Map(fields.modules.map(([name, one]) => [name, moduleOf(one)]))
}

function moduleOf({ prober, timeout, http, tcp, dns }: ModuleFields): ProbeModule {
  if (prober === '') throw new UserError('config/value', 'prober must be set')
  return {
    prober,
    timeoutMs: timeout,
    http: httpOf(http),
    tcp: {
      ...addressOf(tcp),
      sourceAddress: tcp.source_ip_address,
      queryResponse: tcp.query_response.map(({ expect, send, starttls }) => ({
        expect,
        send,
        startTls: starttls,
      })),
      isTls: tcp.tls,
      tls: tlsSettings(tcp.tls_config),
    },
    dns: {
      ...addressOf(dns),
      sourceAddress: dns.source_ip_address,
      transport: dns.transport_protocol === 'tcp' ? 'tcp' : 'udp',
      isTls: dns.dns_over_tls,
      tls: tlsSettings(dns.tls_config),
      queryName: dns.query_name,
      queryType: dns.query_type,
      queryClass: dns.query_class,
      isRecursive: dns.recursion_desired,
      validRcodes: dns.valid_rcodes,
      answer: rulesOf(dns.validate_answer_rrs),
      authority: rulesOf(dns.validate_authority_rrs),
      additional: rulesOf(dns.validate_additional_rrs),
    },
  }
}

function httpOf(http: HttpProbeFields): HttpProbeSettings {
  const client = httpClientSettings(http)
  return {
    ...addressOf(http),
    validStatusCodes: http.valid_status_codes,
    validHttpVersions: http.valid_http_versions,
    method: http.method === '' ? 'GET' : http.method,
    headers: http.headers,
    failIfSsl: http.fail_if_ssl,
    failIfNotSsl: http.fail_if_not_ssl,
    failIfBodyMatches: present(http.fail_if_body_matches_regexp),
    failIfBodyNotMatches: present(http.fail_if_body_not_matches_regexp),
    failIfHeaderMatches: matchesOf(http.fail_if_header_matches),
    failIfHeaderNotMatches: matchesOf(http.fail_if_header_not_matches),
    body: http.body,
    bodySizeLimit: http.body_size_limit,
    // The older key wins where it is set.
    client: { ...client, followRedirects: client.followRedirects && !http.no_follow_redirects },
  }
}

function addressOf(fields: AddressFields): AddressChoice {
  return {
    protocol: fields.preferred_ip_protocol === 'ip4' ? 'ip4' : 'ip6',
    hasFallback: fields.ip_protocol_fallback,
  }
}

function rulesOf(fields: RecordFields): RecordRules {
  return {
    failIfMatches: present(fields.fail_if_matches_regexp),
    failIfAllMatch: present(fields.fail_if_all_match_regexp),
    failIfNotMatches: present(fields.fail_if_not_matches_regexp),
    failIfNoneMatches: present(fields.fail_if_none_matches_regexp),
  }
}

function matchesOf(fields: readonly MatchFields[]): HeaderMatch[] {
  return fields.flatMap(({ header, regexp, allow_missing: allowMissing }) =>
    regexp === undefined ? [] : [{ header, regexp, allowMissing }],
  )
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined)
}
