// Leaves that only receivers have: URLs that are secrets, host and port, templates.
import { quoted, UserError } from '@pharos/base'
import { always, flag, leaf, openFlag, text } from '../codec.ts'
import type { Codec } from '../codec.ts'
import { checkHttp, HTTP_SHAPE, normaliseHttp, tlsSection } from '../http-client.ts'
import type { HttpFields, TlsFields } from '../http-client.ts'
import { list, mapOf, pointer, section } from '../section.ts'
import { parseUrl } from '../url.ts'
import type { CommonFields, HttpReceiverFields, TextPairs, TitledField } from './receiver-fields.ts'
import type { Refuse, Section, ShapeOf } from '../section.ts'

/** Shown instead of every secret. */
const SECRET_SHOWN = '<secret>'

/** @throws UserError with the reference's words */
function checkedUrl(value: string): string {
  const { scheme, host } = parseUrl(value)
  if (scheme !== 'http' && scheme !== 'https')
    throw new UserError('config/url', `unsupported scheme ${quoted(scheme)} for URL`)
  if (host === '') throw new UserError('config/url', 'missing host for URL')
  return value
}

/** http or https, with a host. */
export function webUrl(absent = ''): Codec<string> {
  return leaf({
    wants: 'a URL',
    absent,
    zero: '',
    decode: (s) => checkedUrl(s.text),
    show: (v) => v,
  })
}

/** A URL that is a secret as a whole. One with template actions is only checked when they were carried out. */
export function secretUrl(mayBeTemplate = false): Codec<string> {
  return leaf({
    wants: 'a URL',
    absent: '',
    zero: '',
    decode: (s) => (mayBeTemplate && s.text.includes('{{') ? s.text : checkedUrl(s.text)),
    show: (v) => (v === '' ? '' : SECRET_SHOWN),
  })
}

/** `host:port`, an IPv6 host in brackets. */
export function hostPort(): Codec<string> {
  return leaf({
    wants: 'host:port',
    absent: '',
    zero: '',
    decode(s) {
      if (s.text === '') return ''
      const match = /^(?:\[[^[\]]*\]|[^:[\]]*):([^:[\]]*)$/.exec(s.text)
      if (match === null)
        throw new UserError('config/value', `address ${s.text}: missing port in address`)
      if (match[1] === '')
        throw new UserError('config/value', `address ${quoted(s.text)}: port cannot be empty`)
      return s.text
    },
    show: (v) => v,
  })
}

/** Names and templates, in the order of the file. */
export function textPairs(): Codec<TextPairs> {
  return mapOf(text())
}

const httpSection: Section<HttpFields> = section<HttpFields>(HTTP_SHAPE, {
  check: checkHttp,
  normalise: normaliseHttp,
})

export function httpDefaults(): HttpFields {
  return httpSection.defaults()
}

export function tlsDefaults(): TlsFields {
  return tlsSection.schema.parse(undefined)
}

export const httpConfig: () => Codec<HttpFields | undefined> = () => pointer(httpSection)

export function common(sendResolved: boolean): ShapeOf<CommonFields> {
  return { send_resolved: always(flag(sendResolved)) }
}

export function httpCommon(sendResolved: boolean): ShapeOf<HttpReceiverFields> {
  return { ...common(sendResolved), http_config: httpConfig() }
}

/** Template of the default templates: `{{ template "slack.default.title" . }}`. */
export function standard(name: string): Codec<string> {
  return text(`{{ template "${name}" . }}`)
}

/** Refuses more than one of some keys. */
export function atMostOne<T>(
  value: Partial<T>,
  refuse: Refuse,
  keys: readonly (keyof T & string)[],
): void {
  if (keys.filter((key) => Boolean(value[key])).length > 1)
    refuse(`at most one of ${keys.join(' & ')} must be configured`)
}

/** Refuses none of some keys. A key that did not decode is known to be there. */
export function oneIsNeeded<T>(
  value: Partial<T>,
  refuse: Refuse,
  keys: readonly (keyof T & string)[],
  message = `one of ${keys.join(' or ')} must be configured`,
): void {
  if (keys.every((key) => value[key] === '')) refuse(message)
}

export function titledFields(what: string): Codec<readonly TitledField[]> {
  return list(
    section<TitledField>(
      { title: text(), value: text(), short: openFlag() },
      {
        check(field, refuse) {
          if (field.title === '') refuse(`missing title in ${what} field configuration`)
          if (field.value === '') refuse(`missing value in ${what} field configuration`)
        },
      },
    ),
  )
}
