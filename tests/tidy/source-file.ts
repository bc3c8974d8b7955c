// What tidy knows of a source file: its imports, its exports, its functions and the names it mentions,
// read from the syntax tree. The parser is the one that Vite builds with.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vite'

export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), '../..')

export interface Import {
  readonly from: string
  /** Imported names; `*` for a namespace or dynamic import. */
  readonly names: readonly string[]
  readonly typeOnly: boolean
  readonly line: number
}

export interface FunctionSize {
  readonly name: string
  readonly line: number
  readonly lines: number
}

export interface Mention {
  /** `Date.now`, `setTimeout`, `new Date()`, … */
  readonly what: string
  readonly line: number
}

export interface SourceFile {
  /** Relative to the repository, with '/'. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly imports: readonly Import[]
  readonly exports: readonly string[]
  readonly functions: readonly FunctionSize[]
  readonly mentions: readonly Mention[]
  /** Codes that errors are made with: `wal/corrupt`; a part that is only known at run time is `${…}`. */
  readonly errorCodes: readonly Mention[]
}

/** Stands for the code of a UserError or OutsideError that the source does not tell. */
export const UNKNOWN = '?'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.cache', 'testdata'])
/** Where a server that is started here keeps its samples. */
const OWN_DATA = join(ROOT, 'data')

/** Every .ts, .tsx and .mjs file below `directory`, parsed. */
export function sourceFiles(directory: string): SourceFile[] {
  return pathsBelow(directory, /\.(ts|tsx|mjs)$/)
    .filter((path) => !path.endsWith('.d.ts'))
    .map(readSource)
}

/** Paths relative to the repository. */
export function pathsBelow(directory: string, pattern: RegExp): string[] {
  const found: string[] = []
  const walk = (path: string): void => {
    for (const name of readdirSync(path).sort()) {
      const full = join(path, name)
      if (SKIPPED.has(name) || full === OWN_DATA) continue
      if (statSync(full).isDirectory()) walk(full)
      else if (pattern.test(name)) found.push(relative(ROOT, full))
    }
  }
  walk(join(ROOT, directory))
  return found
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const lang = path.endsWith('.tsx') ? 'tsx' : path.endsWith('.mjs') ? 'js' : 'ts'
  const program = parseAst(text, { lang }) as unknown as Node
  const lineOf = lineFinder(text)
  const file = {
    path,
    text,
    lines: text.split('\n').length - 1,
    imports: [] as Import[],
    exports: [] as string[],
    functions: [] as FunctionSize[],
    mentions: [] as Mention[],
    errorCodes: [] as Mention[],
  }
  visit(program, undefined, (node, parent) => {
    collectImport(node, lineOf, file.imports)
    collectExport(node, file.exports)
    collectFunction(node, parent, lineOf, file.functions)
    collectMention(node, lineOf, file.mentions)
    collectErrorCode(node, lineOf, file.errorCodes)
  })
  return file
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }
}

function visit(node: Node, parent: Node | undefined, seen: (n: Node, p?: Node) => void): void {
  seen(node, parent)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, node, seen)
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function nameOf(node: unknown): string {
  if (!isNode(node)) return ''
  if (node.type === 'Identifier') return String(node['name'])
  if (node.type === 'Literal') return String(node['value'])
  return ''
}

function collectImport(node: Node, lineOf: (o: number) => number, into: Import[]): void {
  const source = node['source']
  if (node.type === 'ImportExpression') {
    const from = nameOf(source)
    if (from !== '') into.push({ from, names: ['*'], typeOnly: false, line: lineOf(node.start) })
    return
  }
  if (!isNode(source)) return
  const typeOnly = node['importKind'] === 'type' || node['exportKind'] === 'type'
  const line = lineOf(node.start)
  if (node.type === 'ExportAllDeclaration')
    into.push({ from: nameOf(source), names: ['*'], typeOnly, line })
  if (node.type !== 'ImportDeclaration' && node.type !== 'ExportNamedDeclaration') return
  const names = (node['specifiers'] as Node[]).map((specifier) => {
    if (specifier.type === 'ImportSpecifier') return nameOf(specifier['imported'])
    if (specifier.type === 'ExportSpecifier') return nameOf(specifier['local'])
    return '*'
  })
  into.push({ from: nameOf(source), names, typeOnly, line })
}

function collectExport(node: Node, into: string[]): void {
  if (node.type === 'ExportDefaultDeclaration') into.push('default')
  if (node.type !== 'ExportNamedDeclaration') return
  const declaration = node['declaration']
  if (isNode(declaration)) {
    if (declaration.type === 'VariableDeclaration') {
      for (const d of declaration['declarations'] as Node[]) into.push(nameOf(d['id']))
    } else into.push(nameOf(declaration['id']))
  } else if (!isNode(node['source'])) {
    for (const s of node['specifiers'] as Node[]) into.push(nameOf(s['exported']))
  }
}

function collectFunction(
  node: Node,
  parent: Node | undefined,
  lineOf: (o: number) => number,
  into: FunctionSize[],
): void {
  if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return
  if (!isNode(node['body'])) return
  const line = lineOf(node.start)
  const name =
    nameOf(node['id']) || nameOf(parent?.['key']) || nameOf(parent?.['id']) || 'anonymous'
  into.push({ name, line, lines: lineOf(node.end) - line + 1 })
}

function collectMention(node: Node, lineOf: (o: number) => number, into: Mention[]): void {
  const line = lineOf(node.start)
  if (node.type === 'CallExpression') {
    const callee = node['callee'] as Node
    if (callee.type === 'Identifier') into.push({ what: `${nameOf(callee)}()`, line })
    if (callee.type === 'MemberExpression') {
      into.push({ what: `${nameOf(callee['object'])}.${nameOf(callee['property'])}()`, line })
    }
  }
  if (node.type === 'NewExpression') {
    const empty = (node['arguments'] as Node[]).length === 0 ? '()' : '(…)'
    into.push({ what: `new ${nameOf(node['callee'])}${empty}`, line })
  }
  if (node.type === 'CatchClause' && ((node['body'] as Node)['body'] as Node[]).length === 0) {
    into.push({ what: 'catch {}', line })
  }
}

/**
 * The first argument of `new …Error(…)` and of `super(…)`, and what is kept under the name `code` or `…_ERROR`
 * until it becomes one.
 */
function collectErrorCode(node: Node, lineOf: (o: number) => number, into: Mention[]): void {
  const [first] = (node['arguments'] ?? []) as Node[]
  const callee = node['callee'] as Node | undefined
  const isMade = node.type === 'NewExpression' && /Errors?$/.test(nameOf(callee))
  const isPassedUp = node.type === 'CallExpression' && callee?.type === 'Super'
  if (isMade || isPassedUp) codesIn(first, lineOf, into)
  if (isMade && /^(User|Outside)Error$/.test(nameOf(callee)) && !isKeptCode(first))
    into.push({ what: UNKNOWN, line: lineOf(node.start) })
  if (node.type === 'VariableDeclarator' && /^code$|_ERROR$/.test(nameOf(node['id'])))
    codesIn(node['init'], lineOf, into)
  if (node.type === 'Property' && nameOf(node['key']) === 'code')
    codesIn(node['value'], lineOf, into)
}

function isKeptCode(first: Node | undefined): boolean {
  if (first === undefined) return false
  if (/^(Literal|TemplateLiteral|ConditionalExpression)$/.test(first.type)) return true
  return /^code$|_ERROR$/.test(nameOf(first['property'] ?? first))
}

function codesIn(value: unknown, lineOf: (o: number) => number, into: Mention[]): void {
  if (!isNode(value)) return
  const line = lineOf(value.start)
  if (value.type === 'ConditionalExpression') {
    codesIn(value['consequent'], lineOf, into)
    codesIn(value['alternate'], lineOf, into)
  } else if (value.type === 'Literal' && typeof value['value'] === 'string') {
    into.push({ what: value['value'], line })
  } else if (value.type === 'TemplateLiteral') {
    const texts = (value['quasis'] as Node[]).map((quasi) => (quasi['value'] as Quasi).cooked)
    into.push({ what: texts.join('${…}'), line })
  }
}

interface Quasi {
  readonly cooked: string
}
