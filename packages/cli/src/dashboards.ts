// `pharos dashboards`: dashboards of a running server as files and back, through the HTTP API that tools of Grafana use,
// and a linter for files that needs no server.
import { quoted, UserError } from '@pharos/base'
import { createRealNet, realClock, realWorld } from '@pharos/base/node'
import { createHttpClient } from '@pharos/http'
import type { Command } from 'commander'
import { lintDashboard } from './dashboard-lint.ts'
import type { Terminal } from './terminal.ts'

type Done = (code: number) => void

const SERVER = 'http://localhost:9090'
const TIMEOUT_MS = 30_000
const FILE_BYTES_MAX = 8 * 2 ** 20

interface Hit {
  readonly uid: string
  readonly title: string
  readonly folderTitle?: string
  readonly tags: readonly string[]
}

interface ServerOptions {
  readonly server: string
}

export function fillDashboards(dashboards: Command, terminal: Terminal, done: Done): void {
  dashboards
    .command('list')
    .description('uid, folder and title of every dashboard')
    .option('--server <url>', 'the server', SERVER)
    .action(async (options: ServerOptions) => {
      // The cast: the API's answer.
      const hits = (await askJson(options.server, 'GET', 'search?type=dash-db&limit=5000')) as Hit[]
      for (const { uid, title, folderTitle } of hits)
        terminal.write(`${uid}\t${folderTitle ?? ''}\t${title}\n`)
      done(0)
    })
  dashboards
    .command('export')
    .description('the file of a dashboard, byte for byte')
    .argument('<uid>')
    .option('--server <url>', 'the server', SERVER)
    .option('--out <file>', 'where to write it, instead of standard output')
    .action(async (uid: string, options: ServerOptions & { readonly out?: string }) => {
      const path = `dashboards/uid/${encodeURIComponent(uid)}/file`
      const text = await ask(options.server, 'GET', path)
      if (options.out === undefined) terminal.write(text)
      else await realWorld().disk.writeFileAtomic(options.out, new TextEncoder().encode(text))
      done(0)
    })
  dashboards
    .command('import')
    .description('save files of dashboards on the server; data sources they ask for are its own')
    .argument('<file...>')
    .option('--server <url>', 'the server', SERVER)
    .option('--folder <title>', 'folder, made when it is missing')
    .option('--overwrite', 'replace what was changed since')
    .action(async (files: string[], options: ImportOptions) =>
      done(await importFiles(files, options, terminal)),
    )
  dashboards
    .command('lint')
    .description('what is wrong with files of dashboards: structure, variables, PromQL')
    .argument('<file...>')
    .action(async (files: string[]) => done(await lintFiles(files, terminal)))
}

interface ImportOptions extends ServerOptions {
  readonly folder?: string
  readonly overwrite?: boolean
}

async function importFiles(
  files: readonly string[],
  options: ImportOptions,
  terminal: Terminal,
): Promise<number> {
  const { server, folder, overwrite = false } = options
  const folderUid = folder === undefined ? undefined : await folderUidOf(server, folder)
  for (const file of files) {
    const json = parsed(await textOf(file), file)
    const inner = (json as { dashboard?: unknown } | null)?.dashboard
    const dashboard = typeof inner === 'object' && inner !== null ? inner : json
    // The cast: the API's answer.
    const saved = (await askJson(server, 'POST', 'dashboards/import', {
      dashboard,
      overwrite,
      ...(folderUid === undefined ? {} : { folderUid }),
    })) as { uid: string; version: number; importedUrl: string }
    terminal.write(`${file}: ${saved.uid}, version ${saved.version}: ${saved.importedUrl}\n`)
  }
  return 0
}

async function folderUidOf(server: string, title: string): Promise<string> {
  // The casts: the API's answers.
  const all = (await askJson(server, 'GET', 'folders')) as { uid: string; title: string }[]
  const known = all.find((one) => one.title === title)
  if (known !== undefined) return known.uid
  return ((await askJson(server, 'POST', 'folders', { title })) as { uid: string }).uid
}

async function lintFiles(files: readonly string[], terminal: Terminal): Promise<number> {
  let count = 0
  for (const file of files) {
    const findings = lintDashboard(parsed(await textOf(file), file))
    for (const { path, message } of findings)
      terminal.write(`${file}: ${path === '' ? '' : `${path}: `}${message}\n`)
    count += findings.length
  }
  const what = files.length === 1 ? '1 file' : `${files.length} files`
  terminal.write(`${what} checked, ${count} ${count === 1 ? 'finding' : 'findings'}\n`)
  return count === 0 ? 0 : 1
}

async function textOf(file: string): Promise<string> {
  return new TextDecoder().decode(await realWorld().disk.readFile(file, FILE_BYTES_MAX))
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UserError('dashboards/no-dashboard', `${file}: no JSON: ${error.message}`)
  }
}

async function askJson(
  server: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  return JSON.parse(await ask(server, method, path, body)) as unknown
}

/** @throws UserError with what the server says when it refuses */
async function ask(
  server: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<string> {
  const base = (server.includes('://') ? server : `http://${server}`).replace(/\/+$/, '')
  const client = createHttpClient({ net: createRealNet(), clock: realClock })
  try {
    const answer = await client.request({
      method,
      url: `${base}/api/${path}`,
      headers: [['Content-Type', 'application/json']],
      timeoutMs: TIMEOUT_MS,
      ...(body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) }),
    })
    const text = new TextDecoder().decode(answer.body)
    const { status } = answer
    answer.release()
    if (status >= 200 && status < 300) return text
    throw new UserError('dashboards/refused', `${base}: ${status}: ${messageIn(text)}`)
  } finally {
    client.close()
  }
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    if (typeof message === 'string') return message
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return quoted(text)
}
