// What amtool asks an alert manager, and how it prints tables.
import { OutsideError, UserError } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { createHttpClient } from '@pharos/http'

export interface AlertJson {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly status: { readonly state: string }
}

export interface SilenceJson {
  readonly id: string
  readonly startsAt: string
  readonly endsAt: string
  readonly createdBy: string
  readonly comment: string
  readonly status: { readonly state: string }
  readonly matchers: readonly {
    readonly name: string
    readonly value: string
    readonly isRegex: boolean
    readonly isEqual?: boolean
  }[]
}

export class AlertmanagerClient {
  readonly #base: string

  /** @throws UserError when there is no URL */
  constructor(url: string | undefined) {
    if (url === undefined || url === '')
      throw new UserError('flag/invalid', 'required flag --alertmanager.url not provided')
    this.#base = `${url.replace(/\/+$/, '')}/api/v2`
  }

  /** @throws OutsideError when there is no answer; UserError with what it says when it refuses */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const world = realWorld({ level: 'error', format: 'logfmt' })
    const client = createHttpClient(world)
    try {
      const response = await client.request({
        method,
        url: this.#base + path,
        headers: [['Content-Type', 'application/json']],
        ...(body === undefined ? {} : { body: new TextEncoder().encode(JSON.stringify(body)) }),
      })
      const text = new TextDecoder().decode(response.body)
      const { status, statusText } = response
      response.release()
      if (status >= 200 && status < 300)
        return text === '' ? undefined : (JSON.parse(text) as unknown)
      throw new UserError('amtool/refused', text.trim() === '' ? statusText : text.trim())
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new OutsideError('amtool/answer', 'the answer is no JSON', { cause: error })
      throw error
    } finally {
      client.close()
    }
  }
}

/** Columns as the reference's amtool aligns them: two blanks after the longest cell, also at the end. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows
    .map((row) => `${row.map((cell, i) => cell.padEnd(widths[i]! + 2)).join('')}\n`)
    .join('')
}

/** `2026-11-29 01:35:29 UTC`. */
export function dateText(time: string): string {
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
}

export function query(pairs: readonly (readonly [string, string])[]): string {
  return pairs.length === 0
    ? ''
    : `?${new URLSearchParams(pairs.map(([a, b]) => [a, b])).toString()}`
}
