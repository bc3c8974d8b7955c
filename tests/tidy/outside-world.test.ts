// Clock, disk, net and random come in as parameters from `base`; nobody else reaches for them. That is what
// makes the simulation possible.
import { expect, test } from 'vitest'
import { sourceFiles } from './source-file.ts'

const FORBIDDEN_CALLS = new Set([
  'Date.now()',
  'new Date()',
  'setTimeout()',
  'setInterval()',
  'setImmediate()',
  'performance.now()',
  'process.hrtime()',
  'process.exit()',
  'Math.random()',
  'fetch()',
  'eval()',
  'new Function(…)',
  'new Function()',
  'new RegExp(…)',
  'RegExp()',
])

const FORBIDDEN_MODULES =
  /^(node:)?(fs|fs\/promises|net|tls|dgram|http|https|http2|child_process|dns|dns\/promises|crypto|timers|timers\/promises|vm)$/

/** Where the outside world may be touched, with the reason. */
const EXCEPTIONS: readonly {
  readonly path: RegExp
  readonly what: RegExp
  readonly why: string
}[] = [
  {
    path: /^packages\/base\/src\/node\//,
    what: /.*/,
    why: 'this is where the real world comes in',
  },
  { path: /^packages\/http\/src\//, what: /^(node:)?(http|https|net|tls)$/, why: 'listens' },
  {
    path: /^packages\/http\/src\/grpc-call/,
    what: /^(node:)?http2$/,
    why: 'speaks HTTP/2 over connections of Net',
  },
  {
    path: /^packages\/http\/src\/login-check/,
    what: /^(node:)?crypto$/,
    why: 'digests of the logins that were right',
  },
  {
    path: /^packages\/http\/src\/json-web-token/,
    what: /^(node:)?crypto$/,
    why: 'signs the JWT of an OAuth 2.0 grant',
  },
  {
    path: /^packages\/client\/src\//,
    what: /^(?!eval|new Function)/,
    why: 'published alone, without dependencies: it brings its own clock',
  },
  {
    path: /^packages\/kits\//,
    what: /^(?!eval|new Function)/,
    why: 'published for other services, as the client is: they measure with the clock of the process',
  },
  {
    path: /^packages\/demo\/src\/inbox/,
    what: /^(node:)?net$/,
    why: 'listens for the mails of the demo',
  },
  {
    path: /^packages\/ui\/src\//,
    what: /^(setTimeout|setInterval|performance\.now|Date\.now|fetch|new Date)/,
    why: 'runs in the browser',
  },
  { path: /^packages\/ui\/(vite\.config|build)/, what: /.*/, why: 'runs at build time only' },
  {
    path: /^packages\/config\/src\/hashmod/,
    what: /^(node:)?crypto$/,
    why: 'MD5 of the hashmod action',
  },
  {
    path: /^packages\/api\/src\/rule-routes/,
    what: /^(node:)?crypto$/,
    why: 'SHA-1 of the page tokens of rule groups, as the reference makes them',
  },
  {
    path: /^packages\/alertmanager\/src\/digest/,
    what: /^(node:)?crypto$/,
    why: 'SHA-256 of incident keys and the HMAC signatures of robots',
  },
  {
    path: /^packages\/http\/src\/aws-signature/,
    what: /^(node:)?crypto$/,
    why: 'signs requests to S3-compatible stores',
  },
  {
    path: /^packages\/cli\/src\/backup-archive/,
    what: /^(node:)?crypto$/,
    why: 'SHA-256 names the pieces of backups',
  },
  { path: /^packages\/cli\/src\//, what: /^process\.exit/, why: 'commands end with a code' },
  {
    path: /^packages\/server\/src\/probe\//,
    what: /^(node:)?(net|tls|dgram|http|dns\/promises)$/,
    why: 'probes measure the network itself: phases, certificates, datagrams, which Net hides',
  },
  {
    path: /^packages\/host\/src\/options\.ts$/,
    what: /RegExp/,
    why: "the exporter's own default patterns, which stand in that file; those of flags are RE2's",
  },
  {
    path: /^packages\/dashboards\/src\/pattern\.ts$/,
    what: /RegExp/,
    why: 'dashboards hold look-ahead and $1; runs on short texts in the page of who opened one, never in the server',
  },
]

/** A RegExp made from a constant pattern is fine; one made from input is not linear-time. */
const REGEXP_FROM_CONSTANT = /new RegExp\(\s*(['"`/]|[A-Z][A-Z0-9_]*\b)/

test('clock, disk, net, random and code generation are reached only through base', () => {
  const wrong: string[] = []
  for (const file of sourceFiles('packages')) {
    if (/\.(test|bench|contract|fixture)\.tsx?$|\/testing\//.test(file.path)) continue
    const allowed = (what: string): boolean =>
      EXCEPTIONS.some((one) => one.path.test(file.path) && one.what.test(what))
    for (const { what, line } of file.mentions) {
      if (!FORBIDDEN_CALLS.has(what) || allowed(what)) continue
      if (
        what.includes('RegExp') &&
        REGEXP_FROM_CONSTANT.test(file.text.split('\n')[line - 1] ?? '')
      )
        continue
      wrong.push(`${file.path}:${line} uses ${what}`)
    }
    for (const one of file.imports) {
      if (FORBIDDEN_MODULES.test(one.from) && !allowed(one.from)) {
        wrong.push(`${file.path}:${one.line} imports ${one.from}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

test('no failure is swallowed by an empty catch', () => {
  const wrong = sourceFiles('packages').flatMap((file) =>
    file.mentions.filter((one) => one.what === 'catch {}').map((one) => `${file.path}:${one.line}`),
  )
  expect(wrong).toEqual([])
})

test('no module keeps state: no let and no var at top level', () => {
  const wrong = sourceFiles('packages')
    // AssemblyScript has no other place for the registers of a call.
    .filter((file) => !/\.(test|bench)\.tsx?$|^packages\/kernel\/assembly\//.test(file.path))
    .flatMap((file) =>
      file.text
        .split('\n')
        .flatMap((line, i) =>
          /^(export )?(let|var) /.test(line) ? [`${file.path}:${i + 1} ${line}`] : [],
        ),
    )
  expect(wrong).toEqual([])
})
