// The syntax tree. Positions are UTF-8 byte offsets [start, end) into the query, as the reference counts
// them; durations and times are ms. Nodes are plain objects made by the parser; nobody changes them.

import type { Matcher } from '@pharos/model'

export interface Pos {
  readonly start: number
  readonly end: number
}

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string' | 'none'

export type Expr =
  | AggregateExpr
  | BinaryExpr
  | CallExpr
  | MatrixSelector
  | NumberLiteral
  | ParenExpr
  | StringLiteral
  | SubqueryExpr
  | UnaryExpr
  | VectorSelector

export interface NumberLiteral {
  readonly kind: 'number'
  readonly pos: Pos
  readonly value: number
  /** Written as a duration, printed as one. */
  readonly isDuration: boolean
}

export interface StringLiteral {
  readonly kind: 'string'
  readonly pos: Pos
  readonly value: string
}

export interface ParenExpr {
  readonly kind: 'paren'
  readonly pos: Pos
  readonly expr: Expr
}

export interface UnaryExpr {
  readonly kind: 'unary'
  readonly pos: Pos
  readonly op: '+' | '-'
  readonly expr: Expr
}

export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'atan2'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '</'
  | '>/'
  | 'and'
  | 'or'
  | 'unless'

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many'

export interface VectorMatching {
  readonly card: Cardinality
  /** Labels of on() or ignoring(). */
  readonly labels: readonly string[]
  /** True for on(), false for ignoring() or nothing. */
  readonly on: boolean
  /** Labels of group_left() or group_right(). */
  readonly include: readonly string[]
  /** fill_left(), fill_right(), fill(): the value that stands in for a missing side. */
  readonly fillLeft: number | undefined
  readonly fillRight: number | undefined
}

export interface BinaryExpr {
  readonly kind: 'binary'
  readonly pos: Pos
  readonly op: BinaryOp
  readonly lhs: Expr
  readonly rhs: Expr
  /** Missing when one side is a scalar. */
  readonly matching: VectorMatching | undefined
  readonly returnBool: boolean
}

export interface CallExpr {
  readonly kind: 'call'
  readonly pos: Pos
  /** A key of the function table. */
  readonly func: string
  readonly args: readonly Expr[]
}

export type AggregateOp =
  | 'avg'
  | 'bottomk'
  | 'count'
  | 'count_values'
  | 'group'
  | 'limitk'
  | 'limit_ratio'
  | 'max'
  | 'min'
  | 'quantile'
  | 'stddev'
  | 'stdvar'
  | 'sum'
  | 'topk'

export interface AggregateExpr {
  readonly kind: 'aggregate'
  readonly pos: Pos
  readonly op: AggregateOp
  readonly expr: Expr
  /** Of topk, quantile, count_values, … */
  readonly param: Expr | undefined
  readonly grouping: readonly string[]
  readonly without: boolean
}

/** A duration written as an expression, `[5m+step()]`; evaluated when the query's step is known. */
export type DurationExpr =
  | {
      readonly kind: 'duration'
      readonly pos: Pos
      /** Need not be whole. */
      readonly ms: number
      /** Written with a unit, printed with one; otherwise printed as seconds. */
      readonly isDuration: boolean
    }
  | {
      readonly kind: 'step' | 'range' | 'start' | 'end'
      readonly pos: Pos
      /** Written in parentheses. */
      readonly wrapped: boolean
    }
  | {
      readonly kind: 'op'
      readonly pos: Pos
      readonly op: '+' | '-' | '*' | '/' | '%' | '^' | 'min_of' | 'max_of' | 'min' | 'max'
      /** Missing for a unary sign. */
      readonly lhs: DurationExpr | undefined
      readonly rhs: DurationExpr
      readonly wrapped: boolean
    }

/** offset and @, on selectors and subqueries. */
export interface TimeModifiers {
  /** As written; positive looks back. 0 when there is none, or when `offsetExpr` says it. */
  readonly offsetMs: number
  readonly offsetExpr: DurationExpr | undefined
  /** The time after @, ms since 1970. */
  readonly atMs: number | undefined
  readonly atEdge: 'start' | 'end' | undefined
}

export interface VectorSelector extends TimeModifiers {
  readonly kind: 'vector'
  readonly pos: Pos
  /** '' when written only as {…}. */
  readonly name: string
  /** All of them, that of the name included (last when it came from `name`). */
  readonly matchers: readonly Matcher[]
  readonly anchored: boolean
  readonly smoothed: boolean
}

export interface MatrixSelector {
  readonly kind: 'matrix'
  readonly pos: Pos
  readonly selector: VectorSelector
  readonly rangeMs: number
  readonly rangeExpr: DurationExpr | undefined
}

export interface SubqueryExpr extends TimeModifiers {
  readonly kind: 'subquery'
  readonly pos: Pos
  readonly expr: Expr
  readonly rangeMs: number
  readonly rangeExpr: DurationExpr | undefined
  /** 0: the engine's default. */
  readonly stepMs: number
  readonly stepExpr: DurationExpr | undefined
}
