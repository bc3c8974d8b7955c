// The tree of a template, and its text as Go prints it in messages.

interface At {
  /** Offset of the node in its text, in UTF-16 units. */
  readonly pos: number
}

interface TextNode extends At {
  readonly kind: 'text'
  readonly text: string
}
interface ActionNode extends At {
  readonly kind: 'action'
  readonly pipe: PipeNode
}
export interface BranchNode extends At {
  readonly kind: 'if' | 'range' | 'with'
  readonly pipe: PipeNode
  readonly list: ListNode
  readonly elseList: ListNode | undefined
}
interface JumpNode extends At {
  readonly kind: 'break' | 'continue'
}
export interface TemplateNode extends At {
  readonly kind: 'template'
  readonly name: string
  readonly pipe: PipeNode | undefined
}
export interface ListNode extends At {
  readonly kind: 'list'
  readonly nodes: readonly Statement[]
}
export type Statement = TextNode | ActionNode | BranchNode | JumpNode | TemplateNode

export interface PipeNode extends At {
  readonly kind: 'pipe'
  readonly isAssign: boolean
  readonly declared: readonly VariableNode[]
  readonly commands: readonly CommandNode[]
}
export interface CommandNode extends At {
  readonly kind: 'command'
  readonly args: readonly Operand[]
}
export interface VariableNode extends At {
  readonly kind: 'variable'
  /** The variable with its `$`, then fields. */
  readonly names: readonly string[]
}
interface FieldNode extends At {
  readonly kind: 'field'
  readonly names: readonly string[]
}
export interface ChainNode extends At {
  readonly kind: 'chain'
  readonly of: Operand
  readonly names: readonly string[]
}
interface IdentifierNode extends At {
  readonly kind: 'identifier'
  readonly name: string
}
export interface ConstantNode extends At {
  readonly kind: 'number' | 'string' | 'bool'
  /** As written. */
  readonly text: string
  readonly value: number | bigint | string | boolean
}
interface WordNode extends At {
  readonly kind: 'dot' | 'nil'
}
export type Operand =
  | PipeNode
  | VariableNode
  | FieldNode
  | ChainNode
  | IdentifierNode
  | ConstantNode
  | WordNode

export type AnyNode = Statement | ListNode | PipeNode | CommandNode | Operand

/** The node as Go's messages quote it. */
export function nodeText(node: AnyNode): string {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'action':
      return `{{${nodeText(node.pipe)}}}`
    case 'if':
    case 'range':
    case 'with': {
      const elsePart = node.elseList === undefined ? '' : `{{else}}${nodeText(node.elseList)}`
      return `{{${node.kind} ${nodeText(node.pipe)}}}${nodeText(node.list)}${elsePart}{{end}}`
    }
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`
    case 'template': {
      const pipe = node.pipe === undefined ? '' : ` ${nodeText(node.pipe)}`
      return `{{template ${JSON.stringify(node.name)}${pipe}}}`
    }
    case 'list':
      return node.nodes.map(nodeText).join('')
    case 'pipe': {
      const commands = node.commands.map(nodeText).join(' | ')
      if (node.declared.length === 0) return commands
      return `${node.declared.map(nodeText).join(', ')} ${node.isAssign ? '=' : ':='} ${commands}`
    }
    case 'command':
      return node.args.map(argText).join(' ')
    case 'variable':
      return node.names.join('.')
    case 'field':
      return `.${node.names.join('.')}`
    case 'chain':
      return `${argText(node.of)}.${node.names.join('.')}`
    case 'identifier':
      return node.name
    case 'number':
    case 'string':
    case 'bool':
      return node.text
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
  }
}

function argText(node: Operand): string {
  return node.kind === 'pipe' ? `(${nodeText(node)})` : nodeText(node)
}
