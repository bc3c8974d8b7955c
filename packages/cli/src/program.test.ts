import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { COMMANDS } from './commands.ts'
import { runCommand } from './program.ts'
import type { Terminal } from './terminal.ts'

async function run(
  args: readonly string[],
  input = '',
): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: '', err: '' }
  const terminal: Terminal = {
    environment: {},
    stdin: (async function* () {
      yield input
    })(),
    workingDirectory: '/',
    columns: undefined,
    write: (text) => void (texts.out += text),
    writeError: (text) => void (texts.err += text),
    onSignal: () => {},
    exit: () => {},
  }
  return { code: await runCommand(COMMANDS, args, terminal), ...texts }
}

test('help and version go to standard output with code 0', async () => {
  const help = await run(['--help'])
  expect(help).toMatchObject({ code: 0, err: '' })
  expect(help.out).toContain('pharos up')
  expect(await run(['--version'])).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
  })
})

test('an unknown command is refused with code 1', async () => {
  expect(await run(['servr'])).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining("unknown command 'servr'") as string,
  })
})

test('a flag value that cannot be read is one line with its code', async () => {
  const answer = await run(['server', '--query.timeout=soon'])
  expect(answer).toEqual({
    code: 1,
    out: '',
    err: 'pharos: --query.timeout: wants a duration, for example 15s, 5m or 2h, has "soon" [flag/invalid]\n',
  })
})

test('a configuration file that is not there is one line with its code', async () => {
  // Not ./data, which a server of whoever runs the tests may have open.
  const data = mkdtempSync(join(tmpdir(), 'pharos-program-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  const answer = await run([
    'server',
    '--config.file=/nowhere/prometheus.yml',
    `--storage.tsdb.path=${data}`,
  ])
  expect(answer.code).toBe(1)
  expect(answer.err).toContain('/nowhere/prometheus.yml')
  expect(answer.err).toContain('[disk/enoent]')
})

test('check metrics gives 0 for a clean page, 3 for a broken habit, 1 for a broken page', async () => {
  const check = (page: string): ReturnType<typeof run> =>
    run(['promtool', 'check', 'metrics'], page)
  expect(await check('# HELP a_total Things.\n# TYPE a_total counter\na_total 1\n')).toEqual({
    code: 0,
    out: '',
    err: '',
  })
  expect(await check('# HELP a Things.\n# TYPE a counter\na 1\n')).toMatchObject({
    code: 3,
    err: 'a counter metrics should have "_total" suffix\n',
  })
  expect(await check('a{ 1\n')).toMatchObject({
    code: 1,
    err: expect.stringContaining('error while linting') as string,
  })
})

test('a query that is named like a command is a query', async () => {
  const answer = await run(['promtool', 'query', 'range', '--step=1s', 'http://127.0.0.1:1', 'up'])
  expect(answer).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('connection refused') as string,
  })
})

test('promtool promql formats, edits and lints', async () => {
  const promql = (...args: string[]) => run(['promtool', '--experimental', 'promql', ...args])
  expect(await promql('format', 'sum by(job)(rate(x{a="b"}[5m]))/2')).toEqual({
    code: 0,
    out: 'sum by (job) (rate(x{a="b"}[5m])) / 2\n',
    err: '',
  })
  expect((await promql('label-matchers', 'set', '-t', '=~', 'x / y{a="b"}', 'a', 'c|d')).out).toBe(
    'x{a=~"c|d"} / y{a=~"c|d"}\n',
  )
  expect((await promql('label-matchers', 'delete', 'x{a="b",c="d"}', 'a')).out).toBe('x{c="d"}\n')
  expect(await promql('lint', 'sum(x_total)')).toMatchObject({
    code: 3,
    out: expect.stringMatching(/^0-12 counter-without-rate: /) as string,
  })
  expect(await promql('lint', 'sum(rate(x_total[5m]))')).toMatchObject({ code: 0, out: '' })
  expect(await promql('format', 'sum(')).toMatchObject({ code: 1, out: '' })
})
