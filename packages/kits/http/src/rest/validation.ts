// Bodies checked by zod schemas, with messages in the language of the client.
import type { IncomingMessage } from 'node:http'
import { en, zhCN } from 'zod/locales'
import { type core, string, type ZodString, type ZodType } from 'zod'
import { RestError } from './rest-error.ts'
import { LANGUAGES, type Language, TEXTS } from './texts.ts'

type ErrorMap = core.$ZodErrorMap

/** Bodies may be that large, in bytes. */
const BODY_BYTES = 1 << 20

/** A mobile number of mainland China, which the third seed checks. */
export function mobile(): ZodString {
  return string().regex(/^1[3-9]\d{9}$/, MOBILE)
}

/** Stands in for the message until the language is known. */
const MOBILE = '\u0000mobile'

const MAPS: Readonly<Record<Language, ErrorMap>> = {
  en: en().localeError,
  zh: zhCN().localeError,
}

/** The client's language: the most wanted of `Accept-Language` that there are messages in, else `otherwise`. */
export function languageOf(request: IncomingMessage, otherwise: Language): Language {
  let best = otherwise
  let weight = 0
  for (const one of (request.headers['accept-language'] ?? '').slice(0, 200).split(',')) {
    const [, tag, q = '1'] = /^\s*([a-z]{2})\b[^;]*(?:;\s*q=([\d.]+))?/i.exec(one) ?? []
    const language = LANGUAGES.find((known) => known === tag?.toLowerCase())
    if (language === undefined || !(Number(q) > weight)) continue
    best = language
    weight = Number(q)
  }
  return best
}

/**
 * What a schema makes of a value.
 * @throws RestError 400 with a message for each field, in that language
 */
export function validated<T>(schema: ZodType<T>, value: unknown, language: Language): T {
  const result = schema.safeParse(value, { error: MAPS[language] })
  if (result.success) return result.data
  const fields: Record<string, string> = Object.create(null)
  for (const issue of result.error.issues) {
    const name = issue.path.map(String).join('.')
    fields[name] ??= issue.message === MOBILE ? TEXTS[language].mobile : issue.message
  }
  throw new RestError(400, TEXTS[language].invalid, { fields })
}

/**
 * The JSON of a request's body.
 * @throws RestError 413, 415 or 400; a key `__proto__` is refused wherever it stands
 */
export async function jsonBody(request: IncomingMessage, language: Language): Promise<unknown> {
  const texts = TEXTS[language]
  const kind = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (kind !== 'application/json' && !kind.endsWith('+json'))
    throw new RestError(415, texts.wantsJson)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > BODY_BYTES) throw new RestError(413, texts.tooLarge)
    chunks.push(chunk as Buffer)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('a key __proto__')
      return value
    })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new RestError(400, texts.badJson)
  }
}
