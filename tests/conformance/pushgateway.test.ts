// Grouping keys and merged families as the tests of Pushgateway have them, asked over HTTP.

import { existsSync, readFileSync } from 'node:fs'
import { silentLogger } from '@pharos/base'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { createHttpServer, type HttpServer } from '@pharos/http'
import { Gateway, registerGateway } from '@pharos/pushgateway'
import { expect, test } from 'vitest'

const directory = new URL('../../../shared/conformance/pushgateway/', import.meta.url)
const isMissing = !existsSync(directory)

function casesOf<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(name, directory), 'utf8')
  return (JSON.parse(text) as { readonly cases: readonly T[] }).cases
}

async function withGateway(
  allowsUtf8: boolean,
  use: (app: HttpServer['app']) => Promise<void>,
): Promise<void> {
  const clock = new SimClock(0)
  const gateway = await Gateway.open({
    clock,
    disk: new SimDisk(),
    log: silentLogger,
    version: '',
    flags: {},
    persistenceFile: '',
    isChecked: true,
    allowsUtf8,
    isLenient: false,
    ttlMs: 0,
    aggregates: false,
    gaugeMode: 'last',
    hasLifecycle: false,
    hasAdminApi: true,
    showsProcess: false,
  })
  const server = createHttpServer({ log: silentLogger, clock, address: '127.0.0.1:0' })
  await registerGateway(server.app, gateway, {
    prefix: '',
    telemetryPath: '/metrics',
    apiPath: '/api/v1',
  })
  await use(server.app)
  await server.close()
  await gateway.close()
}

interface LabelsCase {
  readonly kind: 'legacy' | 'utf8'
  readonly name: string
  readonly input: string
  readonly expectedOutput?: Readonly<Record<string, string>>
  readonly expectError?: boolean
}

test.skipIf(isMissing)(
  'all 11 paths give the labels of the reference, or are refused',
  async () => {
    const cases = casesOf<LabelsCase>('split-labels.json')
    for (const { kind, name, input, expectedOutput, expectError } of cases) {
      await withGateway(kind === 'utf8', async (app) => {
        const answer = await app.inject({
          method: 'PUT',
          url: `/metrics/job/j${input}`,
          payload: 'm 1\n',
        })
        expect(answer.statusCode, name).toBe(expectError === true ? 400 : 200)
        if (expectError === true) return
        const { body } = await app.inject({ method: 'GET', url: '/api/v1/metrics' })
        const { data } = JSON.parse(body) as { data: { labels: unknown }[] }
        expect(data[0]!.labels, name).toEqual({ ...expectedOutput, job: 'j' })
      })
    }
    expect(cases.length).toBe(11)
  },
)

interface Label {
  readonly Name: string
  readonly Value: string
}

interface FamilyCase {
  readonly name: string
  readonly family: {
    readonly Name: string
    readonly Help?: string
    readonly Type: string
    readonly Metric: readonly {
      readonly Label: readonly Label[]
      readonly Untyped?: { readonly Value: number }
      readonly Gauge?: { readonly Value: number }
    }[]
  }
}

function lineOf({ family }: FamilyCase, metric: FamilyCase['family']['Metric'][number]): string {
  const labels = metric.Label.map(({ Name, Value }) => `${Name}="${Value}"`).sort()
  return `${family.Name}{${labels.join()}} ${metric.Untyped?.Value ?? metric.Gauge?.Value}`
}

test.skipIf(isMissing)('families of several groups are merged as in the reference', async () => {
  const cases = new Map(casesOf<FamilyCase>('store-families.json').map((one) => [one.name, one]))
  const merges: readonly [string, readonly string[]][] = [
    ['mf1acd', ['mf1a', 'mf1c', 'mf1d']],
    ['mf1be', ['mf1b', 'mf1e']],
    ['mfh12', ['mfh1', 'mfh2']],
  ]
  for (const [whole, parts] of merges) {
    await withGateway(false, async (app) => {
      for (const part of parts) {
        const one = cases.get(part)!
        const { Help, Name, Type } = one.family
        for (const metric of one.family.Metric) {
          const path = metric.Label.filter(({ Value }) => Value !== '')
            .sort((a) => (a.Name === 'job' ? -1 : 1))
            .map(({ Name: name, Value }) => `/${name}/${Value}`)
            .join('')
          const help = Help === undefined ? '' : `# HELP ${Name} ${Help}\n`
          const payload = `${help}# TYPE ${Name} ${Type}\n${lineOf(one, metric)}\n`
          const answer = await app.inject({ method: 'POST', url: `/metrics${path}`, payload })
          expect(`${answer.statusCode} ${answer.body}`, part).toBe('200 ')
        }
      }
      const wanted = cases.get(whole)!
      const page = (await app.inject({ method: 'GET', url: '/metrics' })).body.split('\n')
      const shown = page.filter((line) => line.startsWith(`${wanted.family.Name}{`))
      const lines = wanted.family.Metric.map((metric) =>
        lineOf(
          wanted,
          // The empty instance is put onto what has none.
          metric.Label.some(({ Name }) => Name === 'instance')
            ? metric
            : { ...metric, Label: [...metric.Label, { Name: 'instance', Value: '' }] },
        ),
      )
      expect(shown.sort(), whole).toEqual(lines.sort())
      if (wanted.family.Help !== undefined)
        expect(page).toContain(`# HELP ${wanted.family.Name} ${wanted.family.Help}`)
    })
  }
})
