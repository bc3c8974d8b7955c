// Escaping for each place of a page, as html/template does it.

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
}

/** @source Go text/template HTMLEscapeString */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"&'<>]/g, (c) => HTML[c]!)
}

/** For text and quoted attributes; the plus sign too, because of UTF-7. */
export function escapeText(text: string): string {
  return escapeHtml(text).replaceAll('+', '&#43;')
}

/** Keeps entities that are there already. */
export function escapeTextOnce(text: string): string {
  return text.replace(/[\0"'<>+]/g, (c) => (c === '+' ? '&#43;' : HTML[c]!))
}

/** For attributes without quotes. */
export function escapeUnquoted(text: string): string {
  if (text === '') return 'ZgotmplZ'
  return escapeText(text).replace(/[\t\n\v\f\r =`]/g, (c) => `&#${c.charCodeAt(0)};`)
}

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
}

/** @source Go text/template JSEscapeString */
export function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=]|\p{Cc}|[^\p{L}\p{M}\p{N}\p{P}\p{S} -~]/gu, (c) => {
    const known = Object.hasOwn(JS, c) ? JS[c] : undefined
    return known ?? `\\u${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
  })
}

/** Inside a string of a script. */
export function escapeJsString(text: string): string {
  return text.replace(/[\p{Cc}\\'"<>&+/`\u2028\u2029]/gu, unicodeEscape)
}

/** A JSON value that a script may hold anywhere. */
export function scriptValue(json: string): string {
  const text = json.replace(/[<>&\u2028\u2029]/g, unicodeEscape)
  // A space keeps a word or a number apart from what stands before it.
  return /^["[{]/.test(text) ? text : ` ${text} `
}

function unicodeEscape(c: string): string {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** @source Go net/url QueryEscape */
export function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** A part of a query in a link: a space is %20 there. */
export function escapeQueryPart(text: string): string {
  // In pages Go writes the digits in lower case, elsewhere in upper case.
  return escapeQuery(text)
    .replaceAll('+', '%20')
    .replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
}

/** A whole URL or the path of one: what may not stand in it is encoded, what is encoded stays. */
export function normalizeUrl(text: string): string {
  const encode = (part: string): string => encodeURIComponent(part.toWellFormed()).toLowerCase()
  return text.replace(/%(?![0-9a-fA-F]{2})/g, '%25').replace(/[^\w\-.~!#$&*+,/:;=?@[\]%]/gu, encode)
}

/** Whether a link to it runs nothing: no scheme, or one of those of pages and mail. */
export function isSafeUrl(text: string): boolean {
  const scheme = /^([^:/?#]*):/.exec(text)?.[1]
  return scheme === undefined || /^(?:https?|mailto)$/i.test(scheme.trim())
}

/** A value in a style: only what cannot end it or call anything. */
export function safeCss(text: string): string {
  const isSafe =
    /^[\w\s.,#%+-]*$/.test(text) && !/expression|mozbinding/i.test(text.replaceAll(/\W/g, ''))
  return isSafe ? text : 'ZgotmplZ'
}
