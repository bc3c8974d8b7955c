// `pharos amtool template render`: a text and the files of its templates, over alerts of a file or over made-up ones.
import { NotificationTemplates, type NotificationData, templateDot } from '@pharos/alertmanager'
import { UserError } from '@pharos/base'
import { createRealClock, createRealDisk } from '@pharos/base/node'
import { matchingPaths, readText } from '@pharos/config'
import { Labels } from '@pharos/model'

interface TemplateTrial {
  readonly globs: readonly string[]
  readonly text: string
  readonly type: string
  /** A file with JSON as webhooks get it; undefined: made-up alerts. */
  readonly data: string | undefined
}

const COMMON_LABELS = { commonlabelkey1: 'commonlabelvalue1', commonlabelkey2: 'commonlabelvalue2' }
const COMMON_ANNOTATIONS = {
  commonannotationkey1: 'commonannotationvalue1',
  commonannotationkey2: 'commonannotationvalue2',
}

/** The reference's made-up alerts, so that examples in its documents give the same. */
function example(nowMs: number): Json {
  const alert = (labels: object, annotations: object, index: number): Json => ({
    status: 'alertstatus',
    labels: { ...labels, ...COMMON_LABELS },
    annotations: { ...annotations, ...COMMON_ANNOTATIONS },
    startsAt: new Date(nowMs - index * 300_000).toISOString(),
    endsAt: new Date(nowMs).toISOString(),
    generatorURL: 'https://generatorurl.com',
    fingerprint: `fingerprint${index}`,
  })
  return {
    receiver: 'receiver',
    status: 'alertstatus',
    alerts: [
      alert(
        { label1: 'value1', label2: 'value2', instance: 'foo.bar:1234' },
        { annotation1: 'value1', annotation2: 'value2' },
        1,
      ),
      alert({ foo: 'bar', baz: 'qux' }, { aaa: 'bbb', ccc: 'ddd' }, 2),
    ],
    groupLabels: { grouplabelkey1: 'grouplabelvalue1', grouplabelkey2: 'grouplabelvalue2' },
    commonLabels: COMMON_LABELS,
    commonAnnotations: COMMON_ANNOTATIONS,
    externalURL: 'https://example.com',
  }
}

type Json = Readonly<Record<string, unknown>>

function wrong(what: string): UserError {
  return new UserError('flag/invalid', `template.data: ${what}`)
}

function objectOf(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(`${what}: wants an object`)
  return value as Json
}

function textOf(json: Json, name: string): string {
  const value = Object.hasOwn(json, name) ? json[name] : ''
  if (typeof value !== 'string') throw wrong(`${name}: wants text`)
  return value
}

function labelsOf(json: Json, name: string): Labels {
  const found = Object.hasOwn(json, name) ? json[name] : {}
  return Labels.of(
    Object.entries(objectOf(found ?? {}, name)).map(([key, value]): [string, string] => {
      if (typeof value !== 'string') throw wrong(`${name}.${key}: wants text`)
      return [key, value]
    }),
  )
}

function timeOf(json: Json, name: string): number {
  const text = textOf(json, name)
  const ms = text === '' ? Date.parse('0001-01-01T00:00:00Z') : Date.parse(text)
  if (Number.isNaN(ms)) throw wrong(`${name}: wants a time like 2026-01-31T15:04:05Z`)
  return ms
}

function dataOf(json: Json): NotificationData {
  // Any word may stand for a status when a template is tried.
  const status = (of: Json): 'firing' => textOf(of, 'status') as 'firing'
  const alerts = Object.hasOwn(json, 'alerts') ? json['alerts'] : []
  if (!Array.isArray(alerts)) throw wrong('alerts: wants a list')
  return {
    receiver: textOf(json, 'receiver'),
    status: status(json),
    alerts: (alerts as readonly unknown[]).map((one) => {
      const alert = objectOf(one, 'alert')
      return {
        status: status(alert),
        labels: labelsOf(alert, 'labels'),
        annotations: labelsOf(alert, 'annotations'),
        startsAtMs: timeOf(alert, 'startsAt'),
        endsAtMs: timeOf(alert, 'endsAt'),
        generatorUrl: textOf(alert, 'generatorURL'),
        fingerprint: textOf(alert, 'fingerprint'),
      }
    }),
    reason: textOf(json, 'notification_reason'),
    groupLabels: labelsOf(json, 'groupLabels'),
    commonLabels: [...labelsOf(json, 'commonLabels')],
    commonAnnotations: [...labelsOf(json, 'commonAnnotations')],
    routeLabels: labelsOf(json, 'routeLabels'),
    externalUrl: textOf(json, 'externalURL'),
  }
}

/** @throws UserError, OutsideError, TemplateError with what is wrong */
export async function renderTemplate(trial: TemplateTrial): Promise<string> {
  const clock = createRealClock()
  const disk = createRealDisk()
  if (trial.type !== 'text' && trial.type !== 'html')
    throw new UserError('flag/invalid', `template.type: wants text or html, has ${trial.type}`)
  const files: { name: string; text: string }[] = []
  for (const glob of trial.globs)
    for (const path of await matchingPaths(disk, glob))
      files.push({ name: path.slice(path.lastIndexOf('/') + 1), text: await readText(disk, path) })
  let json: Json = example(clock.now())
  if (trial.data !== undefined) {
    try {
      json = objectOf(JSON.parse(await readText(disk, trial.data)), 'the file')
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw wrong(`${trial.data} is not JSON: ${error.message}`)
    }
  }
  return new NotificationTemplates(clock, files).expand(
    trial.text,
    templateDot(dataOf(json)),
    trial.type,
  )
}
