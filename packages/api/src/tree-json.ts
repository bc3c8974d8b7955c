// Syntax trees as /api/v1/parse_query shows them. Field names are the reference's, sorted as its maps are.

import { formatDecimal, type Matcher } from '@pharos/model'
import {
  type DurationExpr,
  type Expr,
  FUNCTIONS,
  type TimeModifiers,
  type VectorSelector,
} from '@pharos/promql'
import { jsonValue } from './json-text.ts'

type Fields = Readonly<Record<string, unknown>>

/** @source Prometheus, web/api/v1/translate_ast.go */
export function treeJson(expr: Expr): string {
  return jsonValue(fieldsOf(expr))
}

function fieldsOf(expr: Expr): Fields {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatDecimal(expr.value) }
    case 'string':
      return { type: 'stringLiteral', val: expr.value }
    case 'paren':
      return { expr: fieldsOf(expr.expr), type: 'parenExpr' }
    case 'unary':
      return { expr: fieldsOf(expr.expr), op: expr.op, type: 'unaryExpr' }
    case 'aggregate':
      return {
        expr: fieldsOf(expr.expr),
        grouping: expr.grouping,
        op: expr.op,
        param: expr.param === undefined ? null : fieldsOf(expr.param),
        type: 'aggregation',
        without: expr.without,
      }
    case 'binary':
      return {
        bool: expr.returnBool,
        lhs: fieldsOf(expr.lhs),
        matching: matchingFields(expr),
        op: expr.op,
        rhs: fieldsOf(expr.rhs),
        type: 'binaryExpr',
      }
    case 'call': {
      const signature = FUNCTIONS.get(expr.func)!
      return {
        args: expr.args.map(fieldsOf),
        func: {
          argTypes: signature.args,
          name: signature.name,
          returnType: signature.returns,
          variadic: signature.variadic,
        },
        type: 'call',
      }
    }
    case 'vector':
      return selectorFields(expr, { type: 'vectorSelector' })
    case 'matrix':
      return selectorFields(expr.selector, {
        range: expr.rangeMs,
        rangeExpr: durationFields(expr.rangeExpr),
        type: 'matrixSelector',
      })
    case 'subquery':
      return sorted({
        ...timeFields(expr),
        expr: fieldsOf(expr.expr),
        range: expr.rangeMs,
        rangeExpr: durationFields(expr.rangeExpr),
        step: expr.stepMs,
        stepExpr: durationFields(expr.stepExpr),
        type: 'subquery',
      })
  }
}

function matchingFields({ matching }: Expr & { kind: 'binary' }): Fields | null {
  if (matching === undefined) return null
  return {
    card: matching.card,
    fillValues: { lhs: matching.fillLeft ?? null, rhs: matching.fillRight ?? null },
    include: matching.include,
    labels: matching.labels,
    on: matching.on,
  }
}

function selectorFields(selector: VectorSelector, more: Fields): Fields {
  return sorted({
    ...timeFields(selector),
    ...more,
    anchored: selector.anchored,
    matchers: selector.matchers.map(matcherFields),
    name: selector.name,
    smoothed: selector.smoothed,
  })
}

function matcherFields({ name, type, value }: Matcher): Fields {
  return { name, type, value }
}

function timeFields(time: TimeModifiers): Fields {
  return {
    offset: time.offsetMs,
    offsetExpr: durationFields(time.offsetExpr),
    startOrEnd: time.atEdge ?? null,
    timestamp: time.atMs ?? null,
  }
}

function durationFields(expr: DurationExpr | undefined): Fields | null {
  if (expr === undefined) return null
  if (expr.kind === 'duration')
    return { duration: expr.isDuration, type: 'numberLiteral', val: formatDecimal(expr.ms / 1000) }
  const isOperation = expr.kind === 'op'
  return {
    lhs: isOperation ? durationFields(expr.lhs) : null,
    op: isOperation ? expr.op : expr.kind,
    rhs: isOperation ? durationFields(expr.rhs) : null,
    type: 'durationExpr',
    wrapped: expr.wrapped,
  }
}

function sorted(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}
