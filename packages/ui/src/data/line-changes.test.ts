import { expect, test } from 'vitest'
import { lineChanges } from './line-changes.ts'

const marks = { same: ' ', gone: '-', new: '+', skipped: '' } as const
const shown = (a: string, b: string) =>
  lineChanges(a, b).map(({ kind, text }) => marks[kind] + text)

test('what changed is shown with two lines around it', () => {
  expect(shown('1\n2\n3\n4\n5\n6\n7\n8', '1\n2\n3\n4\nfive\n6\n7\n8')).toEqual([
    '…',
    ' 3',
    ' 4',
    '-5',
    '+five',
    ' 6',
    ' 7',
    '…',
  ])
})

test('lines that came or went in between are found', () => {
  expect(shown('a\nb\nc', 'a\nx\nb\nc')).toEqual([' a', '+x', ' b', ' c'])
  expect(shown('a\nb\nc', 'a\nc')).toEqual([' a', '-b', ' c'])
})

test('equal texts show nothing', () => {
  expect(lineChanges('a\nb', 'a\nb')).toEqual([])
})
