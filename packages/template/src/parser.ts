// Tokens to trees: recursive descent with Go's messages. One text gives the tree of its own and one for each
// define and block in it.

import { goUnquote } from '@pharos/model'
import { UserError } from '@pharos/base'
import { type Token, type TokenKind, tokensOf } from './lexer.ts'
import { NESTING_MAX } from './limits.ts'
import {
  type BranchNode,
  type CommandNode,
  type ListNode,
  nodeText,
  type Operand,
  type PipeNode,
  type Statement,
  type TemplateNode,
  type VariableNode,
} from './node.ts'
import { numberConstant } from './number-constant.ts'
import { TemplateError } from './template-error.ts'

/** One named template. */
export interface Tree {
  readonly name: string
  /** What error messages call the text it stands in. */
  readonly parseName: string
  readonly text: string
  readonly root: ListNode
}

/**
 * Every template of a text: those it defines, and itself under `name`.
 * @throws TemplateError `template/parse` with Go's words
 * @source Go text/template/parse
 */
export function parseTemplate(
  name: string,
  text: string,
  hasFunction: (name: string) => boolean,
): readonly Tree[] {
  return new Parser(name, text, hasFunction).trees()
}

type Mark =
  | { readonly kind: 'end'; readonly pos: number }
  | { readonly kind: 'else'; readonly pos: number }

const OPERAND_STARTS: readonly TokenKind[] = [
  'bool',
  'char-constant',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'string',
  'variable',
  '(',
]

class Parser {
  readonly #name: string
  readonly #text: string
  readonly #hasFunction: (name: string) => boolean
  readonly #tokens: readonly Token[]
  readonly #trees: Tree[] = []
  #at = 0
  #variables: string[] = ['$']
  #rangeDepth = 0
  #nesting = 0
  #actionLine = 0

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    this.#name = name
    this.#text = text
    this.#hasFunction = hasFunction
    this.#tokens = tokensOf(text)
  }

  trees(): readonly Tree[] {
    const nodes: Statement[] = []
    while (this.#peek().kind !== 'eof') {
      if (this.#peek().kind === 'left') {
        const start = this.#at
        this.#next()
        const word = this.#nextNonSpace()
        if (word.kind === 'keyword' && word.text === 'define') {
          this.#definition()
          continue
        }
        this.#at = start
      }
      const node = this.#textOrAction()
      if (node.kind === 'end' || node.kind === 'else')
        return this.#fail(`unexpected {{${node.kind}}}`)
      nodes.push(node)
    }
    this.#add(this.#name, { kind: 'list', pos: 0, nodes })
    return this.#trees
  }

  #add(name: string, root: ListNode): void {
    const before = this.#trees.findIndex((tree) => tree.name === name)
    const tree = { name, parseName: this.#name, text: this.#text, root }
    if (before < 0) this.#trees.push(tree)
    else if (isEmptyList(this.#trees[before]!.root)) this.#trees[before] = tree
    else if (!isEmptyList(root))
      this.#fail(`template: multiple definition of template ${JSON.stringify(name)}`)
  }

  #definition(): void {
    const context = 'define clause'
    const name = this.#templateName(this.#nextNonSpace(), context)
    this.#expect('right', context)
    const outer = this.#enterTree()
    const [list, end] = this.#itemList()
    if (end.kind !== 'end') this.#fail(`unexpected {{${end.kind}}} in ${context}`)
    this.#leaveTree(outer)
    this.#add(name, list)
  }

  /** A tree of its own sees no variables of the text around it. */
  #enterTree(): { variables: string[]; rangeDepth: number } {
    const outer = { variables: this.#variables, rangeDepth: this.#rangeDepth }
    this.#variables = ['$']
    this.#rangeDepth = 0
    return outer
  }

  #leaveTree(outer: { variables: string[]; rangeDepth: number }): void {
    this.#variables = outer.variables
    this.#rangeDepth = outer.rangeDepth
  }

  #itemList(): [ListNode, Mark] {
    if (++this.#nesting > NESTING_MAX) this.#fail(`nested more than ${NESTING_MAX} deep`)
    const { pos } = this.#peekNonSpace()
    const nodes: Statement[] = []
    while (this.#peekNonSpace().kind !== 'eof') {
      const node = this.#textOrAction()
      if (node.kind === 'end' || node.kind === 'else') {
        this.#nesting--
        return [{ kind: 'list', pos, nodes }, node]
      }
      nodes.push(node)
    }
    return this.#fail('unexpected EOF')
  }

  #textOrAction(): Statement | Mark {
    const token = this.#nextNonSpace()
    if (token.kind === 'text') return { kind: 'text', pos: token.pos, text: token.text }
    if (token.kind === 'left') {
      this.#actionLine = token.line
      const action = this.#action()
      this.#actionLine = 0
      return action
    }
    return this.#unexpected(token, 'input')
  }

  #action(): Statement | Mark {
    const token = this.#nextNonSpace()
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'if':
        case 'range':
        case 'with':
          return this.#control(token.text)
        case 'block':
          return this.#block()
        case 'template':
          return this.#templateCall()
        case 'break':
        case 'continue':
          return this.#jump(token.text, token.pos)
        case 'end':
          return { kind: 'end', pos: this.#expect('right', 'end').pos }
        case 'else':
          return this.#else()
        default:
          this.#unexpected(token, 'command')
      }
    }
    this.#at--
    const { pos } = this.#peek()
    return { kind: 'action', pos, pipe: this.#pipeline('command', 'right') }
  }

  #jump(kind: 'break' | 'continue', pos: number): Statement {
    const after = this.#nextNonSpace()
    if (after.kind !== 'right') this.#unexpected(after, `{{${kind}}}`)
    if (this.#rangeDepth === 0) this.#fail(`{{${kind}}} outside {{range}}`)
    return { kind, pos }
  }

  #else(): Mark {
    const after = this.#peekNonSpace()
    // `{{else if` and `{{else with` are read as an else that holds nothing but the inner one.
    if (after.kind === 'keyword' && (after.text === 'if' || after.text === 'with'))
      return { kind: 'else', pos: after.pos }
    return { kind: 'else', pos: this.#expect('right', 'else').pos }
  }

  #control(kind: 'if' | 'range' | 'with'): BranchNode {
    const known = this.#variables.length
    const pipe = this.#pipeline(kind, 'right')
    if (kind === 'range') this.#rangeDepth++
    const [list, mark] = this.#itemList()
    if (kind === 'range') this.#rangeDepth--
    let elseList: ListNode | undefined
    if (mark.kind === 'else') elseList = this.#elseList(kind)
    this.#variables.length = known
    return { kind, pos: pipe.pos, pipe, list, elseList }
  }

  #elseList(kind: 'if' | 'range' | 'with'): ListNode {
    const token = this.#peek()
    if (token.kind === 'keyword') {
      if (token.text !== kind || kind === 'range') this.#unexpected(token, 'else')
      this.#next()
      if (++this.#nesting > NESTING_MAX) this.#fail(`nested more than ${NESTING_MAX} deep`)
      const inner = this.#control(kind)
      this.#nesting--
      return { kind: 'list', pos: token.pos, nodes: [inner] }
    }
    const [list, end] = this.#itemList()
    if (end.kind !== 'end') this.#fail(`expected end; found {{${end.kind}}}`)
    return list
  }

  #block(): TemplateNode {
    const context = 'block clause'
    const token = this.#nextNonSpace()
    const name = this.#templateName(token, context)
    const pipe = this.#pipeline(context, 'right')
    const outer = this.#enterTree()
    const [list, end] = this.#itemList()
    if (end.kind !== 'end') this.#fail(`unexpected {{${end.kind}}} in ${context}`)
    this.#leaveTree(outer)
    this.#add(name, list)
    return { kind: 'template', pos: token.pos, name, pipe }
  }

  #templateCall(): TemplateNode {
    const context = 'template clause'
    const token = this.#nextNonSpace()
    const name = this.#templateName(token, context)
    let pipe: PipeNode | undefined
    if (this.#nextNonSpace().kind !== 'right') {
      this.#at--
      pipe = this.#pipeline(context, 'right')
    }
    return { kind: 'template', pos: token.pos, name, pipe }
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string') this.#unexpected(token, context)
    return this.#unquoted(token.text)
  }

  #pipeline(context: string, end: 'right' | ')'): PipeNode {
    const { pos } = this.#peekNonSpace()
    const declared: VariableNode[] = []
    const isAssign = this.#declarations(context, declared)
    const commands: CommandNode[] = []
    for (;;) {
      const token = this.#nextNonSpace()
      if (token.kind === end) {
        this.#checkPipeline(commands, context)
        return { kind: 'pipe', pos, isAssign, declared, commands }
      }
      if (!OPERAND_STARTS.includes(token.kind)) this.#unexpected(token, context)
      this.#at--
      commands.push(this.#command())
    }
  }

  /** Fills `declared`; true for `=`. */
  #declarations(context: string, declared: VariableNode[]): boolean {
    for (;;) {
      const start = this.#at
      const variable = this.#nextNonSpace()
      if (variable.kind !== 'variable') break
      const next = this.#peekNonSpace()
      const node: VariableNode = { kind: 'variable', pos: variable.pos, names: [variable.text] }
      if (next.kind === 'assign' || next.kind === 'declare') {
        this.#nextNonSpace()
        declared.push(node)
        if (next.kind === 'assign') this.#requireVariable(variable.text)
        this.#variables.push(variable.text)
        return next.kind === 'assign'
      }
      if (next.kind === 'character' && next.text === ',') {
        this.#nextNonSpace()
        declared.push(node)
        this.#variables.push(variable.text)
        if (context === 'range' && declared.length < 2) {
          const kind = this.#peekNonSpace().kind
          if (kind === 'variable' || kind === 'right' || kind === ')') continue
          this.#fail('range can only initialize variables')
        }
        this.#fail(`too many declarations in ${context}`)
      }
      this.#at = start
      return false
    }
    this.#at--
    return false
  }

  #checkPipeline(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) this.#fail(`missing value for ${context}`)
    commands.slice(1).forEach((command, i) => {
      const kind = command.args[0]!.kind
      if (['bool', 'dot', 'nil', 'number', 'string'].includes(kind))
        this.#fail(`non executable command in pipeline stage ${i + 2}`)
    })
  }

  #command(): CommandNode {
    const { pos } = this.#peekNonSpace()
    const args: Operand[] = []
    for (;;) {
      this.#peekNonSpace()
      const operand = this.#operand()
      if (operand !== undefined) args.push(operand)
      const token = this.#next()
      if (token.kind === 'space') continue
      if (token.kind === 'right' || token.kind === ')') this.#at--
      else if (token.kind !== 'pipe') this.#unexpected(token, 'operand')
      break
    }
    if (args.length === 0) this.#fail('empty command')
    return { kind: 'command', pos, args }
  }

  #operand(): Operand | undefined {
    const node = this.#term()
    if (node === undefined || this.#peek().kind !== 'field') return node
    const { pos } = this.#peek()
    const names: string[] = []
    while (this.#peek().kind === 'field') names.push(this.#next().text.slice(1))
    switch (node.kind) {
      case 'field':
        return { kind: 'field', pos, names: [...node.names, ...names] }
      case 'variable':
        return { kind: 'variable', pos, names: [...node.names, ...names] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#fail(`unexpected . after term ${JSON.stringify(nodeText(node))}`)
      default:
        return { kind: 'chain', pos, of: node, names }
    }
  }

  #term(): Operand | undefined {
    const token = this.#nextNonSpace()
    const { pos, text } = token
    switch (token.kind) {
      case 'identifier':
        if (!this.#hasFunction(text)) this.#fail(`function ${JSON.stringify(text)} not defined`)
        return { kind: 'identifier', pos, name: text }
      case 'dot':
      case 'nil':
        return { kind: token.kind, pos }
      case 'variable':
        this.#requireVariable(text)
        return { kind: 'variable', pos, names: [text] }
      case 'field':
        return { kind: 'field', pos, names: [text.slice(1)] }
      case 'bool':
        return { kind: 'bool', pos, text, value: text === 'true' }
      case 'number':
      case 'char-constant':
        return { kind: 'number', pos, text, value: this.#number(token) }
      case '(': {
        if (++this.#nesting > NESTING_MAX) this.#fail(`nested more than ${NESTING_MAX} deep`)
        const pipe = this.#pipeline('parenthesized pipeline', ')')
        this.#nesting--
        return pipe
      }
      case 'string':
        return { kind: 'string', pos, text, value: this.#unquoted(text) }
      default:
        this.#at--
        return undefined
    }
  }

  #requireVariable(name: string): void {
    if (!this.#variables.includes(name)) this.#fail(`undefined variable ${JSON.stringify(name)}`)
  }

  #number(token: Token): number | bigint {
    const value =
      token.kind === 'number'
        ? numberConstant(token.text)
        : BigInt(this.#unquoted(token.text).codePointAt(0) ?? 0)
    return value ?? this.#fail(`illegal number syntax: ${JSON.stringify(token.text)}`)
  }

  #unquoted(text: string): string {
    try {
      // Go drops carriage returns between backquotes; the query language keeps them.
      return goUnquote(text.startsWith('`') ? text.replaceAll('\r', '') : text)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return this.#fail('invalid syntax')
    }
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #peek(): Token {
    // The last token is the end or a mistake, and stays.
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!
  }

  #nextNonSpace(): Token {
    while (this.#peek().kind === 'space') this.#at++
    return this.#next()
  }

  #peekNonSpace(): Token {
    while (this.#peek().kind === 'space') this.#at++
    return this.#peek()
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#nextNonSpace()
    return token.kind === kind ? token : this.#unexpected(token, context)
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.#fail(`unexpected ${tokenText(token)} in ${context}`)
    let extra = ''
    if (this.#actionLine !== 0 && this.#actionLine !== token.line) {
      const started = ` started at ${this.#name}:${this.#actionLine}`
      extra = token.text.endsWith(' action') ? started : ` in action${started}`
    }
    return this.#fail(token.text + extra)
  }

  #fail(message: string): never {
    const { line } = this.#tokens[Math.min(Math.max(this.#at - 1, 0), this.#tokens.length - 1)]!
    throw new TemplateError('template/parse', `template: ${this.#name}:${line}: ${message}`)
  }
}

function tokenText(token: Token): string {
  if (token.kind === 'eof') return 'EOF'
  if (token.kind === 'keyword') return `<${token.text}>`
  const characters = Array.from(token.text)
  if (characters.length <= 10) return JSON.stringify(token.text)
  return `${JSON.stringify(characters.slice(0, 10).join(''))}...`
}

/** Only spaces, so a definition of the same name may replace it. */
export function isEmptyList(list: ListNode): boolean {
  return list.nodes.every((node) => node.kind === 'text' && node.text.trim() === '')
}
