import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addFlags, bareUnknown, withTwoDashes } from './flag-options.ts'

const FLAGS = [
  { name: 'config.file', kind: 'text', standard: 'prometheus.yml', help: 'File.' },
  { name: 'web.listen-address', kind: 'list', standard: ':9090', help: 'Address.' },
  { name: 'web.enable-lifecycle', kind: 'bool', standard: 'false', help: 'Lifecycle.' },
] as const

function parse(
  args: readonly string[],
  environment: Record<string, string> = {},
): Record<string, readonly string[]> {
  const command = new Command('x').exitOverride().configureOutput({ writeErr: () => {} })
  const values = addFlags(command, FLAGS, environment)
  command.action(() => {})
  command.parse(bareUnknown(withTwoDashes(args), command), { from: 'user' })
  return Object.fromEntries(values)
}

test('command lines are read as the reference reads them', () => {
  const cases: readonly (readonly [readonly string[], Record<string, readonly string[]>])[] = [
    [[], {}],
    [['--config.file=a.yml'], { 'config.file': ['a.yml'] }],
    [['--config.file', 'a.yml'], { 'config.file': ['a.yml'] }],
    [['-config.file=a.yml'], { 'config.file': ['a.yml'] }],
    [['-config.file', 'a.yml'], { 'config.file': ['a.yml'] }],
    [['--config.file='], { 'config.file': [''] }],
    [['--config.file=a', '--config.file=b'], { 'config.file': ['b'] }],
    [
      ['--web.listen-address=:1', '--web.listen-address=:2'],
      { 'web.listen-address': [':1', ':2'] },
    ],
    [['--web.enable-lifecycle'], { 'web.enable-lifecycle': ['true'] }],
    [['--no-web.enable-lifecycle'], { 'web.enable-lifecycle': ['false'] }],
    [['--web.enable-lifecycle=false'], { 'web.enable-lifecycle': ['false'] }],
    [
      ['--web.enable-lifecycle', '--config.file=a'],
      { 'web.enable-lifecycle': ['true'], 'config.file': ['a'] },
    ],
  ]
  for (const [args, values] of cases) expect(parse(args), args.join(' ')).toEqual(values)
})

test('the environment stands in for a flag that is not given', () => {
  const environment = { PHAROS_CONFIG_FILE: 'e.yml', PHAROS_WEB_LISTEN_ADDRESS: ':7' }
  expect(parse([], environment)).toEqual({ 'config.file': ['e.yml'], 'web.listen-address': [':7'] })
  expect(parse(['--config.file=a.yml', '--web.listen-address=:8'], environment)).toEqual({
    'config.file': ['a.yml'],
    'web.listen-address': [':8'],
  })
})

test('an unknown flag is refused with its name and the nearest known one', () => {
  expect(() => parse(['--web.listen-adress=:1'])).toThrow(/unknown option '--web\.listen-adress/)
  expect(() => parse(['--web.listen-adress=:1'])).toThrow('Did you mean --web.listen-address?')
})

test('a negative number after a flag and a single letter stay as they are', () => {
  expect(withTwoDashes(['-h', '-o', 'json', '-5', '--x', '-'])).toEqual([
    '-h',
    '-o',
    'json',
    '-5',
    '--x',
    '-',
  ])
})
