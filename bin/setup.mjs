// Makes a fresh clone ready: installs from the lock file when that was not done or the lock has changed; with --ui it
// builds the web pages and with --command it bundles the command, when they are missing or other than their sources; with
// --peers it installs what only tests meet. Plain JavaScript without dependencies, because it runs before there are any
// and under any Node from 20 on.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

function digest(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

function filesBelow(directory) {
  return readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|bench|contract)\./.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
    .sort()
}

/** Runs `work` unless `stamp` says that it was done for the same inputs. */
function once(what, stamp, inputs, output, work) {
  const wanted = digest(inputs)
  const stampFile = join(root, stamp)
  const done = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : ''
  if (done === wanted && existsSync(join(root, output))) {
    // A checkout may have given unchanged sources a new time; bin/pharos.mjs compares times.
    utimesSync(join(root, output), new Date(), new Date())
    return
  }
  process.stderr.write(`pharos: ${what}\n`)
  work()
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, wanted)
}

function run(command, args) {
  const child = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (child.status === 0) return
  process.stderr.write(
    `pharos: ${command} ${args.join(' ')} failed${child.error ? `: ${child.error.message}` : ''}\n`,
  )
  process.exit(1)
}

once(
  'installing packages from the lock file (once)',
  'node_modules/.pharos-lock',
  ['package-lock.json'],
  'node_modules/.bin/vite',
  () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
)

if (process.argv.includes('--peers')) {
  once(
    'installing what tests meet (once)',
    'tests/peers/node_modules/.pharos-lock',
    ['tests/peers/package-lock.json'],
    'tests/peers/node_modules/express',
    () =>
      run('npm', [
        'ci',
        '--prefix',
        'tests/peers',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
      ]),
  )
}

if (process.argv.includes('--ui') && existsSync(join(root, 'packages/ui/vite.config.ts'))) {
  const sources = ['ui', 'model', 'promql', 'base'].flatMap((room) =>
    filesBelow(`packages/${room}`),
  )
  once(
    'building the web pages (once)',
    'packages/ui/dist/.pharos-sources',
    ['package-lock.json', ...sources],
    'packages/ui/dist/index.html',
    () =>
      run(join(root, 'node_modules/.bin/node'), [
        'node_modules/vite/bin/vite.js',
        'build',
        '--logLevel',
        'warn',
        'packages/ui',
      ]),
  )
}

if (process.argv.includes('--command')) {
  once(
    'bundling the command (once)',
    'packages/cli/dist/.pharos-sources',
    ['package-lock.json', 'scripts/bundle.ts', ...filesBelow('packages').filter(isOfTheCommand)],
    'packages/cli/dist/main.cjs',
    () => run(join(root, 'node_modules/.bin/node'), ['scripts/bundle.ts']),
  )
}

function isOfTheCommand(file) {
  return file.endsWith('.ts') && !file.startsWith('packages/ui/')
}
