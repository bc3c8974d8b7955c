// The walk over a tree. It keeps the node it is at, because Go's messages name the node that was looked at last.

import type { Clock } from '@pharos/base'
import { messageOf, UserError } from '@pharos/base'
import { EXECUTION_MS_MAX, STEPS_MAX, TEMPLATE_DEPTH_MAX } from './limits.ts'
import {
  type AnyNode,
  type BranchNode,
  type ChainNode,
  type CommandNode,
  type ConstantNode,
  type ListNode,
  nodeText,
  type Operand,
  type PipeNode,
  type Statement,
  type TemplateNode,
} from './node.ts'
import type { Tree } from './parser.ts'
import type { Sink } from './sink.ts'
import { TemplateError } from './template-error.ts'
import {
  type ArgType,
  type GoFunction,
  GoObject,
  innerOf,
  isList,
  isMap,
  isTrue,
  plainText,
  typeOf,
  type Value,
} from './value.ts'

export type MissingKey = 'default' | 'zero' | 'error'

interface Execution {
  readonly sink: Sink
  readonly functions: ReadonlyMap<string, GoFunction>
  readonly treeOf: (name: string) => Tree | undefined
  readonly missingKey: MissingKey
  /** Measures the time limit; without one only steps count. */
  readonly clock: Clock | undefined
}

/** A function asks for something that takes time; the walk begins again when it is there. */
export class Pending extends Error {}

/** @throws TemplateError `template/execute` with Go's words, `template/limit` */
export function execute(tree: Tree, data: Value, execution: Execution): void {
  new Walk(execution).run(tree, data)
}

type Jump = 'break' | 'continue' | undefined

/** No value was piped in. */
const MISSING = Symbol('missing')
type Final = Value | typeof MISSING

interface Variable {
  readonly name: string
  value: Value
}

class Walk {
  readonly #execution: Execution
  readonly #deadlineMs: number
  #tree: Tree | undefined
  #node: AnyNode | undefined
  #variables: Variable[] = []
  #steps = 0
  #depth = 0

  constructor(execution: Execution) {
    this.#execution = execution
    this.#deadlineMs = (execution.clock?.monotonicMs() ?? 0) + EXECUTION_MS_MAX
  }

  run(tree: Tree, data: Value): void {
    this.#tree = tree
    this.#variables = [{ name: '$', value: data }]
    this.#list(data, tree.root)
  }

  #list(dot: Value, list: ListNode): Jump {
    for (const node of list.nodes) {
      const jump = this.#statement(dot, node)
      if (jump !== undefined) return jump
    }
    return undefined
  }

  #statement(dot: Value, node: Statement): Jump {
    this.#at(node)
    switch (node.kind) {
      case 'text':
        this.#execution.sink.text(node.text)
        return undefined
      case 'action': {
        const value = this.#pipeline(dot, node.pipe)
        if (node.pipe.declared.length === 0) this.#execution.sink.value(value, escapes(node.pipe))
        return undefined
      }
      case 'break':
      case 'continue':
        return node.kind
      case 'if':
      case 'with':
        return this.#branch(dot, node)
      case 'range':
        return this.#range(dot, node)
      case 'template':
        this.#template(dot, node)
        return undefined
    }
  }

  #branch(dot: Value, node: BranchNode): Jump {
    const known = this.#variables.length
    const value = this.#pipeline(dot, node.pipe)
    let jump: Jump
    if (isTrue(value)) jump = this.#list(node.kind === 'with' ? value : dot, node.list)
    else if (node.elseList !== undefined) jump = this.#list(dot, node.elseList)
    this.#variables.length = known
    return jump
  }

  #range(dot: Value, node: BranchNode): Jump {
    const known = this.#variables.length
    const value = this.#pipeline(dot, node.pipe)
    const mark = this.#variables.length
    let count = 0
    for (const [key, item] of this.#items(value)) {
      count++
      // An empty body visits no node; the turn itself is the step.
      this.#at(node.pipe)
      const { declared } = node.pipe
      if (declared.length === 1) this.#variables[mark - 1]!.value = item
      if (declared.length === 2) {
        this.#variables[mark - 2]!.value = key
        this.#variables[mark - 1]!.value = item
      }
      const jump = this.#list(item, node.list)
      this.#variables.length = mark
      if (jump === 'break') break
    }
    const jump =
      count === 0 && node.elseList !== undefined ? this.#list(dot, node.elseList) : undefined
    this.#variables.length = known
    return jump
  }

  *#items(value: Value): Iterable<readonly [Value, Value]> {
    const inner = innerOf(value)
    if (inner === undefined || inner === null) return
    if (isList(inner)) {
      for (let i = 0; i < inner.length; i++) yield [BigInt(i), inner[i]]
    } else if (isMap(inner)) {
      for (const key of [...inner.keys()].sort()) yield [key, inner.get(key)]
    } else if (typeof inner === 'bigint') {
      // One step a turn, so a large number ends at the step limit.
      for (let i = 0n; i < inner; i++) yield [i, i]
    } else this.#fail(`range can't iterate over ${plainText(value)}`)
  }

  #template(dot: Value, node: TemplateNode): void {
    const tree = this.#execution.treeOf(node.name)
    if (tree === undefined) this.#fail(`template ${JSON.stringify(node.name)} not defined`)
    if (++this.#depth > TEMPLATE_DEPTH_MAX)
      this.#fail(`exceeded maximum template depth (${TEMPLATE_DEPTH_MAX})`)
    const data = node.pipe === undefined ? undefined : this.#pipeline(dot, node.pipe)
    const outer = { tree: this.#tree, variables: this.#variables, node: this.#node }
    this.#tree = tree
    this.#variables = [{ name: '$', value: data }]
    this.#list(data, tree.root)
    this.#tree = outer.tree
    this.#variables = outer.variables
    this.#node = outer.node
    this.#depth--
  }

  #pipeline(dot: Value, pipe: PipeNode): Value {
    this.#at(pipe)
    let value: Final = MISSING
    for (const command of pipe.commands) value = this.#command(dot, command, value)
    const result = value === MISSING ? undefined : value
    for (const variable of pipe.declared) {
      const name = variable.names[0]!
      if (pipe.isAssign) this.#variable(name).value = result
      else this.#variables.push({ name, value: result })
    }
    return result
  }

  #command(dot: Value, command: CommandNode, final: Final): Value {
    const first = command.args[0]!
    switch (first.kind) {
      case 'field':
        this.#at(first)
        return this.#fields(dot, dot, first, first.names, command.args, final)
      case 'chain':
        return this.#chain(dot, first, command.args, final)
      case 'identifier':
        this.#at(first)
        return this.#named(dot, first.name, command, command.args, final)
      case 'pipe':
        this.#noArguments(command.args, final)
        return this.#pipeline(dot, first)
      case 'variable':
        this.#at(first)
        return this.#variableFields(dot, first.names, first, command.args, final)
      default:
        this.#at(first)
        this.#noArguments(command.args, final)
        if (first.kind === 'dot') return dot
        if (first.kind === 'nil') return this.#fail('nil is not a command')
        return (first as ConstantNode).value
    }
  }

  #noArguments(args: readonly Operand[], final: Final): void {
    if (args.length > 1 || final !== MISSING)
      this.#fail(`can't give argument to non-function ${nodeText(args[0]!)}`)
  }

  #variable(name: string): Variable {
    for (let i = this.#variables.length - 1; i >= 0; i--)
      if (this.#variables[i]!.name === name) return this.#variables[i]!
    return this.#fail(`undefined variable: ${name}`)
  }

  #variableFields(
    dot: Value,
    names: readonly string[],
    node: Operand,
    args: readonly Operand[],
    final: Final,
  ): Value {
    const { value } = this.#variable(names[0]!)
    if (names.length > 1) return this.#fields(dot, value, node, names.slice(1), args, final)
    this.#noArguments(args, final)
    return value
  }

  #chain(dot: Value, node: ChainNode, args: readonly Operand[], final: Final): Value {
    this.#at(node)
    const of = this.#argument(dot, node.of)
    return this.#fields(dot, of, node, node.names, args, final)
  }

  #fields(
    dot: Value,
    receiver: Value,
    node: Operand,
    names: readonly string[],
    args: readonly Operand[],
    final: Final,
  ): Value {
    let value = receiver
    let type = typeOf(receiver)
    names.forEach((name, i) => {
      const isLast = i === names.length - 1
      const of = value
      value = this.#field(dot, name, node, isLast ? args : [], isLast ? final : MISSING, of, type)
      type = typeInside(of, value)
    })
    return value
  }

  #field(
    dot: Value,
    name: string,
    node: Operand,
    args: readonly Operand[],
    final: Final,
    receiver: Value,
    type: string,
  ): Value {
    if (receiver === undefined) {
      if (this.#execution.missingKey === 'error')
        this.#fail(`nil data; no entry for key ${JSON.stringify(name)}`)
      return undefined
    }
    if (receiver === null) return this.#fail(`nil pointer evaluating interface {}.${name}`)
    const hasArguments = args.length > 1 || final !== MISSING
    if (receiver instanceof GoObject) {
      const method = receiver.methods.get(name)
      if (method !== undefined) return this.#call(dot, method, node, name, args, final)
      if (receiver.fields.has(name)) {
        if (hasArguments) this.#fail(`${name} has arguments but cannot be invoked as function`)
        return receiver.fields.get(name)
      }
    }
    const inner = innerOf(receiver)
    if (!isMap(inner)) return this.#fail(`can't evaluate field ${name} in type ${type}`)
    if (hasArguments) this.#fail(`${name} is not a method but has arguments`)
    const found = inner.get(name)
    if (found !== undefined) return found
    if (this.#execution.missingKey === 'error')
      this.#fail(`map has no entry for key ${JSON.stringify(name)}`)
    if (receiver instanceof GoObject && receiver.zero !== undefined)
      return this.#execution.missingKey === 'default' ? undefined : receiver.zero
    return this.#execution.missingKey === 'zero' ? null : undefined
  }

  #named(dot: Value, name: string, node: AnyNode, args: readonly Operand[], final: Final): Value {
    const known = this.#execution.functions.get(name)
    if (known === undefined) return this.#fail(`${JSON.stringify(name)} is not a defined function`)
    if ((name === 'and' || name === 'or') && args.length > 1)
      return this.#shortCircuit(dot, name, args, final)
    return this.#call(dot, known, node, name, args, final)
  }

  /** The operands up to the one that decides. */
  #shortCircuit(dot: Value, name: 'and' | 'or', args: readonly Operand[], final: Final): Value {
    let value: Value
    for (const arg of args.slice(1)) {
      value = this.#argument(dot, arg)
      if (isTrue(value) === (name === 'or')) return value
    }
    return final === MISSING ? value : final
  }

  #call(
    dot: Value,
    known: GoFunction,
    node: AnyNode,
    name: string,
    args: readonly Operand[],
    final: Final,
  ): Value {
    const count = Math.max(args.length - 1, 0) + (final === MISSING ? 0 : 1)
    if (count < known.minArgs || count > known.maxArgs) {
      const isVariadic = known.maxArgs !== known.minArgs
      const want = isVariadic ? `at least ${known.minArgs}` : known.minArgs
      this.#fail(`wrong number of args for ${name}: want ${want} got ${count}`)
    }
    const values = args
      .slice(1)
      .map((arg, i) => this.#typed(this.#argument(dot, arg), typeAt(known, i), arg))
    if (final !== MISSING) values.push(this.#typed(final, typeAt(known, values.length), undefined))
    try {
      return known.call(values)
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof TemplateError) throw error
      this.#at(node)
      return this.#fail(`error calling ${name}: ${messageOf(error)}`)
    }
  }

  #typed(value: Value, type: ArgType, node: Operand | undefined): Value {
    if (type === 'any') return value
    const inner = innerOf(value)
    if (typeOf(inner) === type) return inner
    // A whole constant is a float where one is wanted.
    if (type === 'float64' && typeof inner === 'bigint' && node?.kind === 'number')
      return Number(inner)
    if (node?.kind === 'number' || node?.kind === 'bool' || node?.kind === 'string') {
      const wanted = { string: 'string', int: 'integer', float64: 'float' }[type]
      return this.#fail(`expected ${wanted}; found ${nodeText(node)}`)
    }
    if (value === undefined || value === null) return this.#fail(`invalid value; expected ${type}`)
    return this.#fail(`wrong type for value; expected ${type}; got ${typeOf(value)}`)
  }

  #argument(dot: Value, node: Operand): Value {
    this.#at(node)
    switch (node.kind) {
      case 'dot':
        return dot
      case 'nil':
        return null
      case 'field':
        return this.#fields(dot, dot, node, node.names, [node], MISSING)
      case 'variable':
        return this.#variableFields(dot, node.names, node, [], MISSING)
      case 'pipe':
        return this.#pipeline(dot, node)
      case 'identifier':
        return this.#named(dot, node.name, node, [], MISSING)
      case 'chain':
        return this.#chain(dot, node, [], MISSING)
      default:
        return node.value
    }
  }

  #at(node: AnyNode): void {
    this.#node = node
    if (++this.#steps > STEPS_MAX)
      throw new TemplateError('template/limit', `more than ${STEPS_MAX} steps`)
    const { clock } = this.#execution
    if (this.#steps % 4096 === 0 && clock !== undefined && clock.monotonicMs() > this.#deadlineMs)
      throw new TemplateError('template/limit', `took longer than ${EXECUTION_MS_MAX} ms`)
  }

  #fail(message: string): never {
    throw new TemplateError('template/execute', locatedMessage(this.#tree!, this.#node!, message))
  }
}

function locatedMessage(tree: Tree, node: AnyNode, message: string): string {
  const before = tree.text.slice(0, node.pos)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  // Go counts bytes from 0.
  const column = new TextEncoder().encode(before.slice(lineStart)).length
  const where = `template: ${tree.parseName}:${line}:${column}`
  return `${where}: executing ${JSON.stringify(tree.name)} at <${nodeText(node)}>: ${message}`
}

/** Whether the last command is one that escapes for HTML already. */
function escapes(pipe: PipeNode): boolean {
  const last = pipe.commands.at(-1)?.args[0]
  return last?.kind === 'identifier' && last.name === 'html'
}

function typeAt(known: GoFunction, i: number): ArgType {
  return known.types?.[Math.min(i, known.types.length - 1)] ?? 'any'
}

/** Go's static type of what a field gave: values of a plain map are interfaces. */
function typeInside(of: Value, value: Value): string {
  const inner = innerOf(of)
  const isTyped = of instanceof GoObject && (of.zero !== undefined || of.fields.size > 0)
  return isMap(inner) && !isTyped ? 'interface {}' : typeOf(value)
}
