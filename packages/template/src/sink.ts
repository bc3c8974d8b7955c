// Where output goes. A text sink copies; an HTML sink follows the page that the template's own text makes, so it
// knows where each value lands.

import {
  escapeJsString,
  escapeQueryPart,
  escapeText,
  escapeTextOnce,
  escapeUnquoted,
  isSafeUrl,
  normalizeUrl,
  safeCss,
  scriptValue,
} from './escape.ts'
import { OUTPUT_CHARACTERS_MAX } from './limits.ts'
import { sprint } from './printf.ts'
import { TemplateError } from './template-error.ts'
import { GoObject, innerOf, isList, isMap, type Value } from './value.ts'

export interface Sink {
  /** Text of the template. */
  text(text: string): void
  /** What an action gives. `isEscaped` when it ended with a function that escapes for HTML. */
  value(value: Value, isEscaped: boolean): void
  output(): string
}

class Output {
  #parts: string[] = []
  #characters = 0

  add(text: string): void {
    this.#characters += text.length
    if (this.#characters > OUTPUT_CHARACTERS_MAX)
      throw new TemplateError(
        'template/limit',
        `the output is longer than ${OUTPUT_CHARACTERS_MAX} characters`,
      )
    this.#parts.push(text)
  }

  whole(): string {
    return this.#parts.join('')
  }
}

export class TextSink implements Sink {
  readonly #out = new Output()

  text(text: string): void {
    this.#out.add(text)
  }

  value(value: Value): void {
    this.#out.add(value === undefined || value === null ? '<no value>' : sprint([value]))
  }

  output(): string {
    return this.#out.whole()
  }
}

type State = 'text' | 'tag' | 'name' | 'after-name' | 'before-value' | 'value' | 'raw' | 'comment'
type AttributeKind = 'plain' | 'url' | 'style' | 'script'

const URL_ATTRIBUTES: readonly string[] = [
  'action',
  'background',
  'cite',
  'data',
  'formaction',
  'href',
  'icon',
  'longdesc',
  'manifest',
  'poster',
  'profile',
  'src',
  'usemap',
]
const RAW_ELEMENTS: readonly string[] = ['script', 'style', 'textarea', 'title']

/** @source Go html/template: contexts of escape.go, transition.go */
export class HtmlSink implements Sink {
  readonly #out = new Output()
  #state: State = 'text'
  #element = ''
  #attribute = ''
  /** '"', "'" or '' for a value without quotes. */
  #quote = ''
  /** What stands in the value so far. */
  #valueSoFar = ''
  #rawSoFar = ''

  text(text: string): void {
    let at = 0
    while (at < text.length) at = this.#step(text, at)
  }

  value(value: Value, isEscaped: boolean): void {
    const isNothing = value === undefined || value === null
    const plain = isNothing ? '' : sprint([value])
    this.#out.add(this.#escaped(value, plain, isEscaped))
    if (this.#state === 'before-value') this.#beginValue('')
    if (this.#state === 'value') this.#valueSoFar += plain
    if (this.#state === 'raw') this.#rawSoFar += '_'
  }

  output(): string {
    return this.#out.whole()
  }

  #escaped(value: Value, plain: string, isEscaped: boolean): string {
    const isSafe = value instanceof GoObject && value.isSafeHtml
    switch (this.#state) {
      case 'text':
        return isSafe || isEscaped ? plain : escapeText(plain)
      case 'comment':
        return ''
      case 'raw':
        return this.#rawValue(value, plain)
      case 'tag':
      case 'name':
      case 'after-name':
        // A name that a value makes could be any attribute, one that runs a script among them.
        return /^[\w-]+$/.test(plain) && attributeKind(plain.toLowerCase()) === 'plain'
          ? plain
          : 'ZgotmplZ'
      case 'before-value':
      case 'value':
        return this.#attributeValue(value, isSafe ? plain.replace(/<[^>]*>/g, '') : plain)
    }
  }

  #rawValue(value: Value, plain: string): string {
    if (this.#element === 'style') return safeCss(plain)
    if (this.#element !== 'script') return escapeText(plain)
    const isInString = /(["'`])(?:(?!\1)[^\\]|\\.)*$/.test(lastLine(this.#rawSoFar))
    return isInString ? escapeJsString(plain) : scriptValue(jsonOf(value))
  }

  #attributeValue(value: Value, plain: string): string {
    const isQuoted = this.#state === 'value' && this.#quote !== ''
    const finish = isQuoted ? escapeText : escapeUnquoted
    switch (attributeKind(this.#attribute)) {
      case 'url': {
        const before = this.#state === 'value' ? this.#valueSoFar : ''
        if (value instanceof GoObject && value.isSafeUrl) return finish(normalizeUrl(plain))
        if (/[?#]/.test(before)) return finish(escapeQueryPart(plain))
        if (before.trim() === '' && !isSafeUrl(plain)) return '#ZgotmplZ'
        const url = normalizeUrl(plain)
        return isQuoted ? escapeTextOnce(url.replaceAll('&', '&amp;')) : finish(url)
      }
      case 'style':
        return finish(safeCss(plain))
      case 'script': {
        const isInString = /(["'`])(?:(?!\1)[^\\]|\\.)*$/.test(this.#valueSoFar)
        return finish(isInString ? escapeJsString(plain) : scriptValue(jsonOf(value)))
      }
      case 'plain':
        return finish(plain)
    }
  }

  /** Takes text in from `at`; the place where it goes on. */
  #step(text: string, at: number): number {
    switch (this.#state) {
      case 'text':
        return this.#inText(text, at)
      case 'comment': {
        const end = text.indexOf('-->', at)
        if (end >= 0) this.#state = 'text'
        return end < 0 ? text.length : end + 3
      }
      case 'raw':
        return this.#inRaw(text, at)
      case 'tag':
        return this.#inTag(text, at)
      case 'name': {
        const end = matchEnd(/[^\s=>/]*/y, text, at)
        this.#attribute += text.slice(at, end).toLowerCase()
        if (end < text.length) this.#state = 'after-name'
        return this.#copy(text, at, end)
      }
      case 'after-name': {
        const end = matchEnd(/\s*/y, text, at)
        if (end === text.length) return this.#copy(text, at, end)
        const isValue = text[end] === '='
        this.#state = isValue ? 'before-value' : 'tag'
        return this.#copy(text, at, isValue ? end + 1 : end)
      }
      case 'before-value': {
        const end = matchEnd(/\s*/y, text, at)
        if (end === text.length) return this.#copy(text, at, end)
        const quote = text[end] === '"' || text[end] === "'" ? text[end]! : ''
        this.#beginValue(quote)
        return this.#copy(text, at, end + quote.length)
      }
      case 'value':
        return this.#inValue(text, at)
    }
  }

  #inText(text: string, at: number): number {
    const open = text.indexOf('<', at)
    if (open < 0) return this.#copy(text, at, text.length)
    this.#copy(text, at, open)
    if (text.startsWith('<!--', open)) {
      this.#state = 'comment'
      return open + 4
    }
    const tag = /<(\/?)([a-zA-Z][^\s/>]*)/y
    tag.lastIndex = open
    const match = tag.exec(text)
    if (match === null) {
      // A sign that begins no tag is text, also when a value makes a name behind it.
      if (/^<[!?]/.test(text.slice(open, open + 2))) return this.#copy(text, open, open + 2)
      this.#out.add('&lt;')
      return open + 1
    }
    this.#element = match[1] === '' ? match[2]!.toLowerCase() : ''
    this.#state = 'tag'
    return this.#copy(text, open, open + match[0].length)
  }

  #inTag(text: string, at: number): number {
    const end = matchEnd(/[\s/]*/y, text, at)
    if (end === text.length) return this.#copy(text, at, end)
    if (text[end] !== '>') {
      this.#state = 'name'
      this.#attribute = ''
      return this.#copy(text, at, end)
    }
    this.#state = RAW_ELEMENTS.includes(this.#element) ? 'raw' : 'text'
    this.#rawSoFar = ''
    return this.#copy(text, at, end + 1)
  }

  #inRaw(text: string, at: number): number {
    const close = text.toLowerCase().indexOf(`</${this.#element}`, at)
    const end = close < 0 ? text.length : close
    this.#rawSoFar += text.slice(at, end)
    if (close >= 0) {
      const after = close + 2 + this.#element.length
      this.#state = 'tag'
      this.#element = ''
      return this.#copy(text, at, after)
    }
    return this.#copy(text, at, end)
  }

  #inValue(text: string, at: number): number {
    const pattern = this.#quote === '' ? /[^\s>]*/y : this.#quote === '"' ? /[^"]*/y : /[^']*/y
    const end = matchEnd(pattern, text, at)
    this.#valueSoFar += text.slice(at, end)
    if (end === text.length) return this.#copy(text, at, end)
    this.#state = 'tag'
    return this.#copy(text, at, end + this.#quote.length)
  }

  #beginValue(quote: string): void {
    this.#state = 'value'
    this.#quote = quote
    this.#valueSoFar = ''
  }

  #copy(text: string, from: number, to: number): number {
    if (to > from) this.#out.add(text.slice(from, to))
    return to
  }
}

function attributeKind(name: string): AttributeKind {
  const local = name.replace(/^data-/, '').replace(/^.*:/, '')
  if (local.startsWith('on')) return 'script'
  if (local === 'style') return 'style'
  if (URL_ATTRIBUTES.includes(local) || /src|uri|url/.test(local) || name.startsWith('xmlns'))
    return 'url'
  return 'plain'
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return at + (pattern.exec(text)?.[0].length ?? 0)
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1)
}

function jsonOf(value: Value): string {
  return JSON.stringify(plainJson(value)) ?? 'null'
}

function plainJson(value: Value): unknown {
  const inner = innerOf(value)
  if (inner === undefined) return null
  if (typeof inner === 'bigint') return Number(inner)
  if (isMap(inner)) return Object.fromEntries([...inner].map(([k, v]) => [k, plainJson(v)]))
  if (isList(inner)) return inner.map(plainJson)
  if (inner instanceof GoObject)
    return (
      inner.text?.() ?? Object.fromEntries([...inner.fields].map(([k, v]) => [k, plainJson(v)]))
    )
  return inner
}
