// Text to tokens. Everything outside {{ }} is one text token; inside, spaces are tokens too, because `a .b` and
// `a.b` differ. A mistake is the last token, so that it is told when the parser gets there.

export type TokenKind =
  | 'error'
  | 'eof'
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'bool'
  | 'char-constant'
  | 'number'
  | 'string'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'keyword'
  | 'dot'
  | 'nil'
  | 'assign'
  | 'declare'
  | 'pipe'
  | '('
  | ')'
  | 'character'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly pos: number
  readonly line: number
}

const KEYWORDS: readonly string[] = [
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
]

const SPACE = /[ \t\r\n]/
const WORD = /[\p{L}\p{Nd}_]/u

/** @source Go text/template/parse, lex.go */
export function tokensOf(text: string): readonly Token[] {
  const lexer = new Lexer(text)
  lexer.run()
  return lexer.tokens
}

class Lexer {
  readonly tokens: Token[] = []
  readonly #text: string
  #pos = 0
  #line = 1
  #parens = 0

  constructor(text: string) {
    this.#text = text
  }

  run(): void {
    while (this.#outside() && this.#inside());
  }

  /** Up to the next action; false at the end of the text. */
  #outside(): boolean {
    const at = this.#text.indexOf('{{', this.#pos)
    if (at < 0) {
      this.#emitText(this.#text.length, false)
      this.#emit('eof', 0)
      return false
    }
    const isTrimmed = this.#isTrimStart(at + 2)
    this.#emitText(at, isTrimmed)
    const begin = at + 2 + (isTrimmed ? 2 : 0)
    if (this.#text.startsWith('/*', begin)) return this.#comment(begin)
    this.#emit('left', 2)
    this.#skip(begin - this.#pos)
    this.#parens = 0
    return true
  }

  #isTrimStart(pos: number): boolean {
    return this.#text[pos] === '-' && SPACE.test(this.#text[pos + 1] ?? '')
  }

  #emitText(end: number, isTrimmed: boolean): void {
    let stop = end
    if (isTrimmed) while (stop > this.#pos && SPACE.test(this.#text[stop - 1]!)) stop--
    if (stop > this.#pos) this.#emit('text', stop - this.#pos)
    this.#skip(end - this.#pos)
  }

  #comment(begin: number): boolean {
    const end = this.#text.indexOf('*/', begin)
    if (end < 0) return this.#fail('unclosed comment')
    const after = end + 2
    const isTrimmed = /^[ \t\r\n]-\}\}/.test(this.#text.slice(after, after + 4))
    if (!isTrimmed && !this.#text.startsWith('}}', after))
      return this.#fail('comment ends before closing delimiter')
    this.#skip(after + (isTrimmed ? 4 : 2) - this.#pos)
    if (isTrimmed) this.#skipSpaces()
    return this.#outside()
  }

  /** One action; false when it cannot go on. */
  #inside(): boolean {
    for (;;) {
      if (this.#atTrimEnd() || this.#text.startsWith('}}', this.#pos)) {
        if (this.#parens > 0) return this.#fail('unclosed left paren')
        const isTrimmed = this.#atTrimEnd()
        if (isTrimmed) this.#skip(2)
        this.#emit('right', 2)
        if (isTrimmed) this.#skipSpaces()
        return true
      }
      if (this.#pos >= this.#text.length) return this.#fail('unclosed action')
      if (!this.#token()) return false
    }
  }

  #atTrimEnd(): boolean {
    const { length } = this.#text
    return (
      this.#pos + 3 < length &&
      SPACE.test(this.#text[this.#pos]!) &&
      this.#text.startsWith('-}}', this.#pos + 1)
    )
  }

  #token(): boolean {
    const c = this.#text[this.#pos]!
    if (SPACE.test(c)) return this.#spaces()
    if (c === '"') return this.#quoted('string', '"', 'unterminated quoted string')
    if (c === "'") return this.#quoted('char-constant', "'", 'unterminated character constant')
    if (c === '`') return this.#raw()
    if (c === '$') return this.#name('variable')
    if (c === '.' && !/[0-9]/.test(this.#text[this.#pos + 1] ?? '')) return this.#name('field')
    if (/[-+.0-9]/.test(c)) return this.#number()
    const point = this.#text.codePointAt(this.#pos)!
    const whole = String.fromCodePoint(point)
    if (WORD.test(whole)) return this.#name('identifier')
    return this.#sign(c, point)
  }

  #sign(c: string, point: number): boolean {
    if (c === '=') return this.#emit('assign', 1)
    if (c === ':') {
      if (this.#text[this.#pos + 1] !== '=') return this.#fail('expected :=')
      return this.#emit('declare', 2)
    }
    if (c === '|') return this.#emit('pipe', 1)
    if (c === '(') {
      this.#parens++
      return this.#emit('(', 1)
    }
    if (c === ')') {
      this.#parens--
      if (this.#parens < 0) return this.#fail('unexpected right paren')
      return this.#emit(')', 1)
    }
    if (point >= 0x20 && point < 0x7f) return this.#emit('character', 1)
    return this.#fail(`unrecognized character in action: ${unicodeName(point)}`)
  }

  #spaces(): boolean {
    let end = this.#pos
    while (end < this.#text.length && SPACE.test(this.#text[end]!)) end++
    // The last space belongs to a trim marker that follows.
    if (this.#text.startsWith('-}}', end)) end--
    return end > this.#pos ? this.#emit('space', end - this.#pos) : true
  }

  #quoted(kind: TokenKind, quote: string, unterminated: string): boolean {
    let end = this.#pos + 1
    for (;;) {
      const c = this.#text[end]
      if (c === '\\') end++
      if (c === undefined || this.#text[end] === undefined || this.#text[end] === '\n')
        return this.#fail(unterminated)
      if (c === quote) return this.#emit(kind, end + 1 - this.#pos)
      end++
    }
  }

  #raw(): boolean {
    const end = this.#text.indexOf('`', this.#pos + 1)
    if (end < 0) return this.#fail('unterminated raw quoted string')
    return this.#emit('string', end + 1 - this.#pos)
  }

  #name(kind: 'variable' | 'field' | 'identifier'): boolean {
    let end = this.#pos + (kind === 'identifier' ? 0 : 1)
    while (end < this.#text.length) {
      const whole = String.fromCodePoint(this.#text.codePointAt(end)!)
      if (!WORD.test(whole)) break
      end += whole.length
    }
    if (!this.#isTerminator(end)) {
      const point = this.#text.codePointAt(end)!
      return this.#fail(`bad character ${unicodeName(point)}`)
    }
    const length = end - this.#pos
    const word = this.#text.slice(this.#pos, end)
    if (kind === 'field' && length === 1) return this.#emit('dot', 1)
    if (kind !== 'identifier') return this.#emit(kind, length)
    if (KEYWORDS.includes(word)) return this.#emit('keyword', length)
    if (word === 'true' || word === 'false') return this.#emit('bool', length)
    return this.#emit(word === 'nil' ? 'nil' : 'identifier', length)
  }

  #isTerminator(pos: number): boolean {
    const c = this.#text[pos]
    return c === undefined || /[ \t\r\n.,|:()=]/.test(c) || this.#text.startsWith('}}', pos)
  }

  #number(): boolean {
    const pattern =
      /[-+]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][-+]?[0-9_]+)?|0[oO][0-7_]+|0[bB][01_]+|[0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9_]+)?)/y
    pattern.lastIndex = this.#pos
    const length = pattern.exec(this.#text)?.[0].length ?? 0
    const end = this.#pos + length
    const next = this.#text.codePointAt(end)
    if (next !== undefined && WORD.test(String.fromCodePoint(next))) {
      const bad = this.#text.slice(this.#pos, end + String.fromCodePoint(next).length)
      return this.#fail(`bad number syntax: ${JSON.stringify(bad)}`)
    }
    return this.#emit('number', length)
  }

  #emit(kind: TokenKind, length: number): boolean {
    const text = this.#text.slice(this.#pos, this.#pos + length)
    this.tokens.push({ kind, text, pos: this.#pos, line: this.#line })
    this.#skip(length)
    return true
  }

  #fail(message: string): false {
    this.tokens.push({ kind: 'error', text: message, pos: this.#pos, line: this.#line })
    return false
  }

  #skip(length: number): void {
    for (const end = this.#pos + length; this.#pos < end; this.#pos++)
      if (this.#text[this.#pos] === '\n') this.#line++
  }

  #skipSpaces(): void {
    while (this.#pos < this.#text.length && SPACE.test(this.#text[this.#pos]!)) this.#skip(1)
  }
}

/** Go's %#U. */
function unicodeName(point: number): string {
  const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`
  const character = String.fromCodePoint(point)
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character) ? `${code} '${character}'` : code
}
