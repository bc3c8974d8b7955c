// `pharos amtool …`: the reference's commands, arguments and output for an alert manager.
import { Route } from '@pharos/alertmanager'
import { messageOf, UserError } from '@pharos/base'
import { createRealDisk, realWorld } from '@pharos/base/node'
import { loadAlertmanagerFile, readText } from '@pharos/config'
import { AlertMatcher, Labels, parseAlertMatcher, parseDuration } from '@pharos/model'
import type { Command } from 'commander'
import {
  type AlertJson,
  AlertmanagerClient,
  dateText,
  query,
  type SilenceJson,
  table,
} from './amtool-client.ts'
import { renderTemplate } from './amtool-template.ts'
import type { Terminal } from './terminal.ts'

type Done = (code: number) => void

interface Global {
  readonly alertmanagerUrl?: string
  readonly output?: string
  readonly author?: string
}

/** commander makes keys with dots from names with dots. */
function globalOf(amtool: Command): Global {
  const all = amtool.opts<Record<string, string | undefined>>()
  return {
    ...(all['alertmanager.url'] === undefined ? {} : { alertmanagerUrl: all['alertmanager.url'] }),
    output: all['output'] ?? 'simple',
    author: all['author'] ?? 'pharos',
  }
}

/** A first argument without an operator is the name of an alert. */
function filters(words: readonly string[]): string[] {
  return words.map((word, i) =>
    i === 0 && !/[=~]/.test(word) ? `alertname="${word}"` : parseAlertMatcher(word).toString(),
  )
}

function labelArguments(words: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {}
  words.forEach((word, i) => {
    if (i === 0 && !word.includes('=')) {
      labels['alertname'] = word
      return
    }
    const matcher = parseAlertMatcher(word)
    if (matcher.type !== '=') throw new UserError('flag/invalid', `${word}: wants name=value`)
    labels[matcher.name] = matcher.value
  })
  return labels
}

function matcherText(one: SilenceJson['matchers'][number]): string {
  const isEqual = one.isEqual !== false
  const type = one.isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='
  return new AlertMatcher(type, one.name, one.value).toString()
}

const collect = (text: string, all: string[] | undefined): string[] => [...(all ?? []), text]

class Amtool {
  readonly #amtool: Command
  readonly #terminal: Terminal

  constructor(amtool: Command, terminal: Terminal) {
    this.#amtool = amtool
    this.#terminal = terminal
  }

  get client(): AlertmanagerClient {
    return new AlertmanagerClient(globalOf(this.#amtool).alertmanagerUrl)
  }

  get author(): string {
    return globalOf(this.#amtool).author ?? ''
  }

  write(text: string): void {
    this.#terminal.write(text)
  }

  /** A table, or the answer itself with `-o json`. */
  show(answer: unknown, rows: () => readonly (readonly string[])[]): void {
    const { output } = globalOf(this.#amtool)
    this.write(output === 'json' ? `${JSON.stringify(answer)}\n` : table(rows()))
  }

  async alerts(
    words: readonly string[],
    options: Record<string, boolean | string | undefined>,
  ): Promise<void> {
    const pairs: [string, string][] = filters(words).map((text) => ['filter', text])
    const isNarrow = ['silenced', 'active', 'inhibited'].some((key) => options[key] === true)
    if (isNarrow)
      for (const key of ['silenced', 'active', 'inhibited'])
        pairs.push([key, String(options[key] === true)])
    if (typeof options['receiver'] === 'string') pairs.push(['receiver', options['receiver']])
    const alerts = (await this.client.ask('GET', `/alerts${query(pairs)}`)) as AlertJson[]
    alerts.sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1))
    this.show(alerts, () => [
      ['Alertname', 'Starts At', 'Summary', 'State'],
      ...alerts.map((one) => [
        one.labels['alertname'] ?? '',
        dateText(one.startsAt),
        one.annotations['summary'] ?? '',
        one.status.state,
      ]),
    ])
  }

  async addAlert(
    words: readonly string[],
    options: { annotation?: string[]; start?: string; end?: string; generatorUrl?: string },
  ): Promise<void> {
    const annotations = labelArguments(['', ...(options.annotation ?? [])])
    delete annotations['alertname']
    await this.client.ask('POST', '/alerts', [
      {
        labels: labelArguments(words),
        annotations,
        ...(options.start === undefined ? {} : { startsAt: options.start }),
        ...(options.end === undefined ? {} : { endsAt: options.end }),
        generatorURL: options.generatorUrl ?? '',
      },
    ])
  }

  async silences(
    words: readonly string[],
    options: { expired?: boolean; quiet?: boolean; createdBy?: string },
  ): Promise<void> {
    const pairs: [string, string][] = filters(words).map((text) => ['filter', text])
    const all = (await this.client.ask('GET', `/silences${query(pairs)}`)) as SilenceJson[]
    const shown = all
      .filter((one) => (one.status.state === 'expired') === (options.expired === true))
      .filter((one) => options.createdBy === undefined || one.createdBy === options.createdBy)
      .sort((a, b) => (a.endsAt < b.endsAt ? -1 : 1))
    if (options.quiet === true) this.write(shown.map((one) => `${one.id}\n`).join(''))
    else this.showSilences(shown)
  }

  showSilences(silences: readonly SilenceJson[]): void {
    this.show(silences, () => [
      ['ID', 'Matchers', 'Ends At', 'Created By', 'Comment'],
      ...silences.map((one) => [
        one.id,
        one.matchers.map(matcherText).join(' '),
        dateText(one.endsAt),
        one.createdBy,
        one.comment,
      ]),
    ])
  }

  async addSilence(
    words: readonly string[],
    options: { comment?: string; author?: string; duration?: string; start?: string; end?: string },
  ): Promise<void> {
    if (words.length === 0) throw new UserError('flag/invalid', 'no matchers specified')
    if (options.comment === undefined)
      throw new UserError('flag/invalid', 'comment required by config')
    const now = realNow()
    const startsAt = options.start ?? new Date(now).toISOString()
    const endsAt =
      options.end ??
      new Date(Date.parse(startsAt) + parseDuration(options.duration ?? '1h')).toISOString()
    const matchers = filters(words).map((text) => {
      const { name, value, isRegex, isNegative } = parseAlertMatcher(text)
      return { name, value, isRegex, isEqual: !isNegative }
    })
    const createdBy = options.author ?? this.author
    const silence = { matchers, startsAt, endsAt, createdBy, comment: options.comment }
    await this.postSilence(silence)
  }

  async postSilence(silence: object): Promise<void> {
    const { silenceID } = (await this.client.ask('POST', '/silences', silence)) as {
      silenceID: string
    }
    this.write(`${silenceID}\n`)
  }

  async updateSilences(
    ids: readonly string[],
    options: { comment?: string; duration?: string; start?: string; end?: string },
  ): Promise<void> {
    const updated: SilenceJson[] = []
    for (const id of ids) {
      const old = (await this.client.ask(
        'GET',
        `/silence/${encodeURIComponent(id)}`,
      )) as SilenceJson
      const startsAt = options.start ?? old.startsAt
      const endsAt =
        options.end ??
        (options.duration === undefined
          ? old.endsAt
          : new Date(Date.parse(startsAt) + parseDuration(options.duration)).toISOString())
      const fresh = { ...old, startsAt, endsAt, comment: options.comment ?? old.comment }
      const { silenceID } = (await this.client.ask('POST', '/silences', fresh)) as {
        silenceID: string
      }
      updated.push({ ...fresh, id: silenceID })
    }
    this.showSilences(updated)
  }

  async expire(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) throw new UserError('flag/invalid', 'no silence IDs specified')
    for (const id of ids) await this.client.ask('DELETE', `/silence/${encodeURIComponent(id)}`)
  }

  /** A silence that is there is changed, unless all are to be new; one that is not there is made. */
  async importSilences(text: string, isForced: boolean): Promise<void> {
    let list: unknown
    try {
      list = JSON.parse(text)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new UserError('flag/invalid', `the silences are not JSON: ${error.message}`)
    }
    if (!Array.isArray(list))
      throw new UserError(
        'flag/invalid',
        'wants a list of silences, as `silence query -o json` writes',
      )
    for (const { id, ...silence } of list as readonly SilenceJson[]) {
      const known = isForced ? undefined : await this.#known(id)
      await this.postSilence(known === undefined ? silence : { id, ...silence })
    }
  }

  async #known(id: string): Promise<unknown> {
    try {
      return await this.client.ask('GET', `/silence/${encodeURIComponent(id)}`)
    } catch (error) {
      if (error instanceof UserError) return undefined
      throw error
    }
  }

  async checkConfig(files: readonly string[]): Promise<number> {
    let failures = 0
    for (const file of files) {
      this.write(`Checking '${file}'`)
      try {
        const config = await loadAlertmanagerFile(file, { disk: createRealDisk() })
        this.write('  SUCCESS\nFound:\n - global config\n - route\n')
        this.write(` - ${config.inhibitRules.length} inhibit rules\n`)
        this.write(` - ${config.receivers.length} receivers\n`)
        this.write(` - ${config.templates.length} templates\n\n`)
      } catch (error) {
        failures++
        this.write(`  FAILED: ${messageOf(error)}\n\n`)
      }
    }
    if (failures > 0)
      this.#terminal.writeError(`amtool: error: failed to validate ${failures} file(s)\n`)
    return failures > 0 ? 1 : 0
  }

  async routes(file: string): Promise<Route> {
    return new Route((await loadAlertmanagerFile(file, { disk: createRealDisk() })).route)
  }

  showRoutes(route: Route): void {
    const walk = (one: Route, indent: string, isLast: boolean, isRoot: boolean): string => {
      const { matchers, receiver, continue: goesOn } = one.settings
      const own = matchers.length === 0 ? 'default-route' : `{${matchers.join(',')}}`
      const branch = isRoot ? '' : `${indent}${isLast ? '└── ' : '├── '}`
      const more = isRoot ? '' : `${indent}${isLast ? '    ' : '│   '}`
      const rest = one.routes.map((child, i) =>
        walk(child, more, i === one.routes.length - 1, false),
      )
      return `${branch}${own}${goesOn ? '  continue: true' : ''}  receiver: ${receiver}\n${rest.join('')}`
    }
    this.write(`Routing tree:\n.\n${walk(route, '', true, false)}`)
  }
}

/** Now, for the start of a silence. */
function realNow(): number {
  return realWorld({ level: 'error', format: 'logfmt' }).clock.now()
}

export function fillAmtool(amtool: Command, terminal: Terminal, done: Done): void {
  amtool
    .option('--alertmanager.url <url>', 'the alert manager to ask')
    .option('-o, --output <format>', 'simple or json', 'simple')
    .option('--author <name>', 'who makes silences')
    .option('--timeout <duration>', 'accepted')
    .option('--version-check', 'accepted')
  const tool = new Amtool(amtool, terminal)
  const end = (code = 0): void => done(code)
  addAlertCommands(amtool, tool, end)
  addSilenceCommands(amtool, tool, end, terminal)
  amtool
    .command('check-config')
    .description('check alertmanager.yml; all mistakes at once')
    .argument('<files...>')
    .action(async (files: string[]) => end(await tool.checkConfig(files)))
  addConfigCommands(amtool, tool, end)
  addTemplateCommands(amtool, tool, end)
  const cluster = amtool.command('cluster').description('the cluster')
  cluster.command('show', { isDefault: true }).action(async () => {
    const { cluster: found } = (await tool.client.ask('GET', '/status')) as {
      cluster: { status: string; name?: string }
    }
    tool.show(found, () => [
      ['Cluster Status:', found.status],
      ['Node Name:', found.name ?? ''],
    ])
    end()
  })
}

function addAlertCommands(amtool: Command, tool: Amtool, end: Done): void {
  const alert = amtool.command('alert').description('add and find alerts')
  alert
    .command('query', { isDefault: true })
    .argument('[matchers...]')
    .option('-i, --inhibited', 'only inhibited ones')
    .option('-s, --silenced', 'only silenced ones')
    .option('-a, --active', 'only active ones')
    .option('-r, --receiver <name>', 'of this receiver')
    .action(async (words: string[], options: Record<string, boolean | string | undefined>) => {
      await tool.alerts(words, options)
      end(0)
    })
  alert
    .command('add')
    .argument('<labels...>')
    .option('--annotation <name=value>', 'annotation', collect)
    .option('--start <time>', 'RFC 3339')
    .option('--end <time>', 'RFC 3339')
    .option('--generator-url <url>', 'where it comes from')
    .action(async (words: string[], options: Parameters<Amtool['addAlert']>[1]) => {
      await tool.addAlert(words, options)
      end(0)
    })
}

function addSilenceCommands(amtool: Command, tool: Amtool, end: Done, terminal: Terminal): void {
  const silence = amtool.command('silence').description('add, find and end silences')
  silence
    .command('query', { isDefault: true })
    .argument('[matchers...]')
    .option('--expired', 'those that have ended')
    .option('-q, --quiet', 'ids only')
    .option('--created-by <name>', 'of this author')
    .action(async (words: string[], options: Parameters<Amtool['silences']>[1]) => {
      await tool.silences(words, options)
      end(0)
    })
  silence
    .command('add')
    .argument('<matchers...>')
    .option('-c, --comment <text>', 'why')
    .option('-a, --author <name>', 'who')
    .option('-d, --duration <duration>', 'how long', '1h')
    .option('--start <time>', 'RFC 3339')
    .option('--end <time>', 'RFC 3339')
    .action(async (words: string[], options: Parameters<Amtool['addSilence']>[1]) => {
      await tool.addSilence(words, options)
      end(0)
    })
  silence
    .command('update')
    .argument('<ids...>')
    .option('-c, --comment <text>', 'why')
    .option('-d, --duration <duration>', 'how long')
    .option('--start <time>', 'RFC 3339')
    .option('--end <time>', 'RFC 3339')
    .action(async (ids: string[], options: Parameters<Amtool['updateSilences']>[1]) => {
      await tool.updateSilences(ids, options)
      end(0)
    })
  silence
    .command('expire')
    .argument('<ids...>')
    .action(async (ids: string[]) => {
      await tool.expire(ids)
      end(0)
    })
  silence
    .command('import')
    .description('silences as `silence query -o json` writes them, from a file or standard input')
    .argument('[file]')
    .option('-f, --force', 'makes all of them anew, also those that are there')
    .option('-w, --worker <count>', 'accepted')
    .action(async (file: string | undefined, options: Record<string, unknown>) => {
      let text = ''
      if (file !== undefined) text = await readText(createRealDisk(), file)
      else for await (const chunk of terminal.stdin) text += chunk.toString()
      await tool.importSilences(text, options['force'] === true)
      end(0)
    })
}

function addConfigCommands(amtool: Command, tool: Amtool, end: Done): void {
  const config = amtool.command('config').description('the configuration in force')
  config.command('show', { isDefault: true }).action(async () => {
    const { config: found } = (await tool.client.ask('GET', '/status')) as {
      config: { original: string }
    }
    tool.write(`${found.original}\n`)
    end(0)
  })
  const routes = config.command('routes').description('the routing tree of a file')
  routes
    .command('show', { isDefault: true })
    .requiredOption('--config.file <file>', 'alertmanager.yml')
    .action(async (options: Record<string, string>) => {
      tool.showRoutes(await tool.routes(options['config.file']!))
      end(0)
    })
  routes
    .command('test')
    .argument('<labels...>')
    .requiredOption('--config.file <file>', 'alertmanager.yml')
    .option('--verify.receivers <names>', 'fails unless these are the receivers')
    .action(async (words: string[], options: Record<string, string | undefined>) => {
      const route = await tool.routes(options['config.file'] ?? '')
      const labels = Labels.from(labelArguments(words))
      const found = route
        .match(labels)
        .map((one) => one.settings.receiver)
        .join(',')
      tool.write(`${found}\n`)
      const wanted = options['verify.receivers']
      if (wanted !== undefined && wanted !== found) {
        tool.write(`WARNING: Expected receivers did not match resolved receivers.\n`)
        end(1)
      } else end(0)
    })
}

function addTemplateCommands(amtool: Command, tool: Amtool, end: Done): void {
  const template = amtool.command('template').description('templates of notifications')
  template
    .command('render')
    .description('a text with the templates of files, over alerts of a file or made-up ones')
    .requiredOption('--template.glob <globs...>', 'files with definitions')
    .requiredOption('--template.text <text>', 'what is rendered')
    .option('--template.type <type>', 'text or html', 'text')
    .option('--template.data <file>', 'alerts, as JSON of a webhook')
    .action(async (options: Record<string, unknown>) => {
      const text = await renderTemplate({
        globs: options['template.glob'] as readonly string[],
        text: String(options['template.text']),
        type: String(options['template.type']),
        data: options['template.data'] as string | undefined,
      })
      tool.write(text)
      end(0)
    })
}
