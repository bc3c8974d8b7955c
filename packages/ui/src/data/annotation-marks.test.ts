import { type AnnotationQuery, answeredSeries } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { happeningsOf } from './annotation-marks.ts'
import { askedAnnotations } from './asked-annotations.ts'

const annotation = {
  name: 'deploys',
  enable: true,
  iconColor: 'blue',
  expr: 'x',
} as AnnotationQuery
const plain = (text: string) => text
const series = (values: [number, string][]) =>
  answeredSeries({ resultType: 'matrix', result: [{ metric: { job: 'a' }, values }] })

test('a run of values above zero is one happening, a pause ends it', () => {
  const data = series([
    [10, '0'],
    [20, '1'],
    [30, '1'],
    [40, '0'],
    [50, '2'],
    [90, '1'],
  ])
  expect(happeningsOf(data, annotation, 10_000, plain)).toEqual([
    { fromMs: 20_000, toMs: 30_000, text: 'deploys' },
    { fromMs: 50_000, toMs: undefined, text: 'deploys' },
    { fromMs: 90_000, toMs: undefined, text: 'deploys' },
  ])
})

test('values may be the times themselves', () => {
  const data = series([
    [10, '5000'],
    [20, '5000'],
    [30, '25000'],
  ])
  expect(
    happeningsOf(data, { ...annotation, useValueForTime: true }, 10_000, plain).map(
      ({ fromMs }) => fromMs,
    ),
  ).toEqual([5000, 25_000])
})

test('only queries that are switched on are asked', () => {
  const list = [
    annotation,
    { ...annotation, enable: false },
    { ...annotation, expr: ' ' },
    { ...annotation, builtIn: 1 },
  ]
  expect(askedAnnotations(list)).toEqual([annotation])
})
