// `npm run room -- promql tsdb`: types, lint, format and unit tests of the named packages only. The quick
// loop while working in one room; `npm run check` is the gate.
import { spawnSync } from 'node:child_process'

const rooms = process.argv.slice(2)
if (rooms.length === 0) {
  console.error(
    'usage: npm run room -- <package> [package …]   for example: npm run room -- promql',
  )
  process.exit(2)
}
const paths = rooms.map((room) =>
  room.includes('/') && !room.startsWith('discovery') ? room : `packages/${room}`,
)

function run(command: string, args: string[]): { status: number; text: string } {
  const child = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  return { status: child.status ?? 1, text: child.stdout + child.stderr }
}

let failed = false
function report(name: string, status: number, text: string): void {
  console.log(`── ${name}: ${status === 0 ? 'ok' : 'FAILED'}`)
  if (status !== 0) {
    failed = true
    console.log(text)
  }
}

const types = run('tsc', ['-p', 'tsconfig.json', '--pretty', 'false'])
const own = types.text
  .split('\n')
  .filter((line) => paths.some((path) => line.startsWith(`${path}/`)))
report('types', own.length === 0 ? 0 : 1, own.join('\n'))
const lint = run('oxlint', ['--type-aware', '--deny-warnings', ...paths])
report('lint', lint.status, lint.text)
const format = run('oxfmt', ['--check', ...paths])
report('format', format.status, format.text)
const tests = run('vitest', ['run', '--passWithNoTests', ...paths])
report('tests', tests.status, tests.text)
if (tests.status === 0)
  console.log(
    tests.text
      .split('\n')
      .filter((l) => /Tests|Test Files/.test(l))
      .join('\n'),
  )
process.exit(failed ? 1 : 0)
