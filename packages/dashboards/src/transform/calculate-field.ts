// A column calculated from others.
import { fieldMatcher } from '../field-config/field-matcher.ts'
import { fieldName } from '../field-config/field-name.ts'
import { cellsOf, columnOf, type Field, fieldFrom, type Frame } from '../frame.ts'
import { isObject, type JsonObject, objectOf, scalarText, textOf } from '../json.ts'
import { reducerName, reduceTo } from '../reduce.ts'
import { joinFrames } from './join-frames.ts'
import { joinedRefId, type Transform, withCells } from './transform.ts'
import { runningValues, windowValues } from './window-values.ts'

/** Cells of the new column; undefined when its sources are not there. */
type Calculation = (frame: Frame, frames: readonly Frame[]) => readonly unknown[] | undefined

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

const UNARY: Readonly<Record<string, (value: number, sum: number) => number>> = {
  abs: (value) => Math.abs(value),
  exp: (value) => Math.exp(value),
  ln: (value) => Math.log(value),
  round: (value) => Math.round(value),
  floor: (value) => Math.floor(value),
  ceil: (value) => Math.ceil(value),
  percent: (value, sum) => value / (sum || 1),
}

export const calculateField: Transform = (given, options) => {
  const mode = textOf(options['mode']) ?? 'reduceRow'
  const isPlain =
    options['timeSeries'] === false ||
    (mode === 'binary' && isFixed(objectOf(options['binary'])['right']))
  const frames = isPlain ? given : inOneFrame(given)
  if (mode === 'index') return frames.map((frame) => withIndex(frame, options))
  const binary = objectOf(options['binary'])
  if (mode === 'binary' && typeOperand(binary) !== undefined)
    return frames.flatMap((frame) => withEachOfType(frame, frames, binary, options))
  const calculate = calculationOf(mode, options)
  if (calculate === undefined) return frames
  return frames.flatMap((frame) => {
    const cells = calculate(frame, frames)
    if (cells === undefined) return options['replaceFields'] === true ? [] : [frame]
    const alias = textOf(options['alias']) ?? ''
    const config = alias === '' ? {} : { displayName: alias }
    const name = alias === '' ? nameOf(mode, options) : alias
    return [withField(frame, fieldFrom({ name, type: 'number', config }, cells), options)]
  })
}

function withField(frame: Frame, field: Field, options: JsonObject): Frame {
  if (options['replaceFields'] !== true) return { ...frame, fields: [...frame.fields, field] }
  const time = frame.fields.find(({ type }) => type === 'time')
  const isSeries = time !== undefined && options['timeSeries'] !== false
  return { ...frame, fields: isSeries ? [time, field] : [field] }
}

/** Series of one clock side by side, so that columns of several can be calculated with. */
function inOneFrame(frames: readonly Frame[]): readonly Frame[] {
  const names = new Set(
    frames.map(({ fields }) => fields.find(({ type }) => type === 'time')?.name),
  )
  const [name] = names
  if (frames.length < 2 || names.size > 1 || name === undefined) return frames
  const joined = joinFrames(frames, fieldMatcher({ id: 'byName', options: name })!, 'outer')
  return [{ ...joined, refId: joinedRefId('joinByField', frames) }]
}

function withIndex(frame: Frame, options: JsonObject): Frame {
  const isPercent = objectOf(options['index'])['asPercentile'] === true
  const cells = Array.from({ length: frame.length }, (_, row) =>
    isPercent ? row / frame.length : row,
  )
  const alias = textOf(options['alias']) || 'Row'
  const field = fieldFrom(
    { name: alias, type: 'number', config: isPercent ? { unit: 'percentunit' } : {} },
    cells,
  )
  return {
    ...frame,
    fields: options['replaceFields'] === true ? [field] : [...frame.fields, field],
  }
}

function calculationOf(mode: string, options: JsonObject): Calculation | undefined {
  switch (mode) {
    case 'reduceRow':
      return reduceRow(objectOf(options['reduce']))
    case 'binary':
      return binaryOf(objectOf(options['binary']))
    case 'unary':
      return unaryOf(objectOf(options['unary']))
    case 'cumulativeFunctions': {
      const { field, reducer } = objectOf(options['cumulative'])
      return (frame, frames) => {
        const source = sourceField(frame, frames, scalarText(field))
        return source && runningValues(cellsOf(source), textOf(reducer) ?? 'sum')
      }
    }
    case 'windowFunctions': {
      const settings = objectOf(options['window'])
      return (frame, frames) => {
        const source = sourceField(frame, frames, scalarText(settings['field']))
        return source && windowValues(cellsOf(source), settings)
      }
    }
    default:
      return undefined
  }
}

function sourceField(frame: Frame, frames: readonly Frame[], name: string): Field | undefined {
  const test = fieldMatcher(
    name === '' ? { id: 'numeric' } : { id: 'byNames', options: { names: [name] } },
  )!
  return frame.fields.find((field) => test(field, frame, frames))
}

function reduceRow({ reducer, include }: JsonObject): Calculation {
  const wanted = textOf(reducer) ?? 'sum'
  // In a row what is missing is counted, too: the row has so many columns.
  const calc = wanted === 'count' ? 'countAll' : wanted
  const names = Array.isArray(include) && include.length > 0 ? include : undefined
  const test = fieldMatcher(
    names === undefined ? { id: 'numeric' } : { id: 'byNames', options: { names } },
  )!
  return (frame, frames) => {
    const columns = frame.fields.filter((field) => test(field, frame, frames)).map(cellsOf)
    return Array.from({ length: frame.length }, (_, row) =>
      reduceTo(
        {
          name: '',
          type: 'number',
          config: {},
          values: columnOf(
            'number',
            columns.map((column) => column[row]),
          ),
        },
        calc,
      ),
    )
  }
}

function binaryOf(options: JsonObject): Calculation | undefined {
  const operation = operationOf(options)
  if (operation === undefined) return undefined
  return (frame, frames) => {
    const left = operand(options['left'], frame, frames)
    const right = operand(options['right'], frame, frames)
    if (left === undefined || right === undefined) return undefined
    return left.map((value, row) => operation(value, right[row]!))
  }
}

function operationOf(options: JsonObject): ((a: number, b: number) => number) | undefined {
  const operator = textOf(options['operator']) ?? '+'
  return Object.hasOwn(BINARY, operator) ? BINARY[operator] : undefined
}

/** Old files have a text here, a name or a number; newer ones `{ matcher }` or `{ fixed }`. */
function operand(value: unknown, frame: Frame, frames: readonly Frame[]): number[] | undefined {
  const { matcher, fixed } = objectOf(value)
  const text = typeof value === 'string' ? value : scalarText(objectOf(matcher)['options'] ?? fixed)
  if (typeof value === 'string' || objectOf(matcher)['id'] === 'byName') {
    const field = frame.fields.find((one) => fieldName(one, frame, frames) === text)
    if (field !== undefined) return cellsOf(field).map(numberOfCell)
  }
  const number = Number.parseFloat(text)
  return Number.isNaN(number) ? undefined : Array.from({ length: frame.length }, () => number)
}

/** Nothing counts as 0 in a calculation, truth as 1. */
function numberOfCell(cell: unknown): number {
  return typeof cell === 'boolean' || cell === null ? Number(cell) : (cell as number)
}

function isFixed(right: unknown): boolean {
  const text = typeof right === 'string' ? right : isObject(right) ? right['fixed'] : undefined
  return text !== undefined && !Number.isNaN(Number(scalarText(text)))
}

function typeOperand(options: JsonObject): unknown {
  const matcher = objectOf(objectOf(options['left'])['matcher'])
  return matcher['id'] === 'byType' ? matcher['options'] : undefined
}

/** The same calculation for every column of a type. */
function withEachOfType(
  frame: Frame,
  frames: readonly Frame[],
  binary: JsonObject,
  options: JsonObject,
): Frame[] {
  const wanted = typeOperand(binary)
  const operation = operationOf(binary)
  const right = operand(binary['right'], frame, frames)
  const isReplacing = options['replaceFields'] === true
  const time =
    options['timeSeries'] === false ? undefined : frame.fields.find(({ type }) => type === 'time')
  const fields: Field[] = time === undefined ? [] : [time]
  let isAdded = false
  for (const field of frame.fields) {
    if (!isReplacing && field !== time) fields.push(field)
    if (field.type !== wanted || operation === undefined || right === undefined) continue
    const cells = cellsOf(field).map((cell, row) => operation(numberOfCell(cell), right[row]!))
    const name = `${field.name} ${scalarText(binary['operator'] ?? '+')} ${operandText(binary['right'])}`
    fields.push({ ...withCells(field, cells), name })
    isAdded = true
  }
  return isReplacing && !isAdded ? [] : [{ ...frame, fields }]
}

function unaryOf({ operator, fieldName: name }: JsonObject): Calculation | undefined {
  const id = textOf(operator) ?? 'abs'
  if (!Object.hasOwn(UNARY, id)) return undefined
  const operation = UNARY[id]!
  return (frame, frames) => {
    const field = frame.fields.findLast(
      (one) => one.type === 'number' && fieldName(one, frame, frames) === scalarText(name),
    )
    if (field === undefined || field.values.length === 0) return undefined
    const cells = cellsOf(field).map(numberOfCell)
    const sum = cells.reduce((all, value) => all + (Number.isFinite(value) ? value : 0), 0)
    return cells.map((value) => operation(value, sum))
  }
}

function operandText(value: unknown): string {
  if (typeof value === 'string') return value
  const { matcher, fixed } = objectOf(value)
  return scalarText(objectOf(matcher)['options'] ?? fixed)
}

function nameOf(mode: string, options: JsonObject): string {
  const behind = (name: unknown): string => (scalarText(name) === '' ? '' : `(${scalarText(name)})`)
  switch (mode) {
    case 'cumulativeFunctions': {
      const { reducer, field } = objectOf(options['cumulative'])
      return `cumulative ${scalarText(reducer ?? 'sum')}${behind(field)}`
    }
    case 'windowFunctions': {
      const { windowAlignment, reducer, field } = objectOf(options['window'])
      return `${scalarText(windowAlignment ?? 'trailing')} moving ${scalarText(reducer ?? 'mean')}${behind(field)}`
    }
    case 'unary': {
      const { operator, fieldName: name } = objectOf(options['unary'])
      return `${scalarText(operator ?? 'abs')}${behind(name)}`
    }
    case 'binary': {
      const { left, operator, right } = objectOf(options['binary'])
      const [a, b] = [operandText(left), operandText(right)]
      return a !== '' && b !== '' ? `${a} ${scalarText(operator ?? '+')} ${b}` : ''
    }
    default:
      return reducerName(textOf(objectOf(options['reduce'])['reducer']) ?? 'sum')
  }
}
