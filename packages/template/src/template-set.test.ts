import type { SimClock } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { expandTemplate } from './expand-template.ts'
import { sprintf } from './printf.ts'
import { TemplateSet } from './template-set.ts'
import { textMap, type Value } from './value.ts'

const run = (text: string, data?: Value, format: 'text' | 'html' = 'text'): string =>
  new TemplateSet().add('t', text).execute('t', data, { format })

test('no property of a JavaScript object can be reached', () => {
  const data = new Map<string, Value>([
    ['labels', textMap([['a', '1']])],
    ['list', ['x']],
    ['text', 'x'],
  ])
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'size', 'get']) {
    expect(run(`{{ .${name} }}`, data)).toBe('<no value>')
    expect(run(`{{ .labels.${name} }}`, data)).toBe('')
    expect(() => run(`{{ .list.${name} }}`, data)).toThrow(`can't evaluate field ${name}`)
    expect(() => run(`{{ .text.${name} }}`, data)).toThrow(`can't evaluate field ${name}`)
    expect(run(`{{ index .labels "${name}" }}`, data)).toBe('')
  }
})

test('a name such as __proto__ is data like any other', () => {
  const labels = textMap([
    ['__proto__', 'p'],
    ['constructor', 'c'],
  ])
  expect(run('{{ .__proto__ }}{{ .constructor }}{{ . }}', labels)).toBe(
    'pcmap[__proto__:p constructor:c]',
  )
})

test('a value that looks like a template is not read as one', () => {
  expect(run('{{ .x }}', textMap([['x', '{{ .y }}']]))).toBe('{{ .y }}')
})

test('endless templates end at a limit', () => {
  expect(() => run('{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}')).toThrow(
    'exceeded maximum template depth',
  )
  expect(() => run('{{ range 1000000000000 }}{{ end }}')).toThrow('more than 2000000 steps')
  expect(() => run('{{ range 1000000 }}{{ printf "%1000d" 1 }}{{ end }}')).toThrow(
    'the output is longer',
  )
  expect(() => run('('.repeat(3))).not.toThrow()
  expect(() => run(`{{ ${'('.repeat(1000)}1${')'.repeat(1000)} }}`)).toThrow('nested more than')
})

test('an execution ends when its time is over', () => {
  let nowMs = 0
  const clock = { monotonicMs: () => nowMs } as unknown as SimClock
  const slow = new Map([
    [
      'wait',
      {
        minArgs: 0,
        maxArgs: 0,
        call: () => {
          nowMs++
          return ''
        },
      },
    ],
  ])
  const set = new TemplateSet(slow, clock).add('t', '{{ range 100000 }}{{ wait }}{{ end }}')
  expect(() => set.execute('t', undefined)).toThrow('took longer than 2000 ms')
})

test('HTML is escaped for the place where a value stands', () => {
  const check = (text: string, value: string, wanted: string) =>
    expect(run(text, textMap([['x', value]]), 'html'), text).toBe(wanted)
  check('<p>{{ .x }}</p>', '<b>&', '<p>&lt;b&gt;&amp;</p>')
  check('<p title="{{ .x }}">', 'a"b', '<p title="a&#34;b">')
  check('<p title={{ .x }}>', 'a b', '<p title=a&#32;b>')
  check('<a href="{{ .x }}">', 'javascript:alert(1)', '<a href="#ZgotmplZ">')
  check('<a href="{{ .x }}">', 'http://h/?a=1&b=2', '<a href="http://h/?a=1&amp;b=2">')
  check('<a href="/q?x={{ .x }}">', 'a b&c', '<a href="/q?x=a%20b%26c">')
  check(
    '<script>var a = {{ .x }}</script>',
    '</script>',
    '<script>var a = "\\u003c/script\\u003e"</script>',
  )
  check('<p style="color: {{ .x }}">', 'red', '<p style="color: red">')
  check('<p style="color: {{ .x }}">', 'url(x)', '<p style="color: ZgotmplZ">')
  check('a<!-- {{ .x }} -->b', 'x', 'ab')
})

test('printf knows Go’s verbs, flags and complaints', () => {
  const check = (wanted: string, format: string, ...args: Value[]) =>
    expect(sprintf(format, args), format).toBe(wanted)
  check('  1.50|1.50  |+1.50|001.50', '%6.2f|%-6.2f|%+.2f|%06.2f', 1.5, 1.5, 1.5, 1.5)
  check('1e+06 1.234568e+06 1.23e+06', '%v %e %.3g', 1e6, 1234567.8, 1234567)
  check('+Inf -Inf NaN', '%f %v %g', Infinity, -Infinity, NaN)
  check('ff FF 0xff 377 11', '%x %X %#x %o %b', 255n, 255n, 255n, 255n, 3n)
  check('b a', '%[2]s %[1]s', 'a', 'b')
  check('ab|  ab', '%.2s|%*s', 'abc', 4n, 'ab')
  check('%!z(int=1) %!(NOVERB)', '%z %', 1n)
  check('map[a:1] [1 x]', '%v %v', new Map<string, Value>([['a', 1n]]), [1n, 'x'])
})

test('a query is asked once however often the template names it', async () => {
  const asked: string[] = []
  const text = '{{ range query "up" }}{{ .Labels.a }}={{ .Value }};{{ end }}{{ query "up" | len }}'
  const settings = {
    name: 't',
    externalUrl: new URL('http://localhost/'),
    nowMs: 0,
    query: (query: string) => {
      asked.push(query)
      return Promise.resolve([{ labels: Labels.from({ a: 'b' }), value: 2 }])
    },
  }
  expect(await expandTemplate(text, undefined, settings)).toBe('b=2;1')
  expect(asked).toEqual(['up'])
  const storm = '{{ range $i := 1000 }}{{ query (print $i) }}{{ end }}'
  await expect(expandTemplate(storm, undefined, settings)).rejects.toThrow('more than 100 queries')
})
