// One text with Prometheus' functions, expanded once: annotations, labels, consoles.

import { type Clock, messageOf, UserError } from '@pharos/base'
import { type MissingKey, Pending } from './evaluator.ts'
import { expansionFunctions, type TemplateSample } from './expansion-functions.ts'
import { QUERIES_MAX } from './limits.ts'
import { TemplateError } from './template-error.ts'
import { TemplateSet } from './template-set.ts'
import type { GoFunction, Value } from './value.ts'

export interface ExpandSettings {
  readonly name: string
  readonly externalUrl: URL
  /** Evaluation time, ms since 1970. */
  readonly nowMs: number
  /** Runs a query of the template. */
  readonly query: (query: string) => Promise<readonly TemplateSample[]>
  readonly clock?: Clock
  readonly missingKey?: MissingKey
  readonly format?: 'text' | 'html'
}

/**
 * The text with its actions carried out.
 * @throws TemplateError with the reference's words: `error parsing template …`, `error executing template …`
 * @source Prometheus 3.14, template.Expander
 */
export async function expandTemplate(
  text: string,
  data: Value,
  settings: ExpandSettings,
): Promise<string> {
  const answers = new Map<string, readonly TemplateSample[] | UserError>()
  for (;;) {
    let wanted: string | undefined
    const query = (asked: string): readonly TemplateSample[] => {
      const answer = answers.get(asked)
      if (answer instanceof UserError) throw answer
      if (answer !== undefined) return answer
      wanted = asked
      throw new Pending('query')
    }
    try {
      return expandOnce(text, data, settings, query)
    } catch (error) {
      if (!(error instanceof Pending) || wanted === undefined) throw error
    }
    if (answers.size >= QUERIES_MAX)
      throw new TemplateError('template/limit', `more than ${QUERIES_MAX} queries in one template`)
    answers.set(wanted, await answerOf(settings, wanted))
  }
}

async function answerOf(
  settings: ExpandSettings,
  query: string,
): Promise<readonly TemplateSample[] | UserError> {
  try {
    return await settings.query(query)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

function expandOnce(
  text: string,
  data: Value,
  settings: ExpandSettings,
  query: (query: string) => readonly TemplateSample[],
): string {
  const { name } = settings
  const options = {
    ...(settings.missingKey !== undefined && { missingKey: settings.missingKey }),
    ...(settings.format !== undefined && { format: settings.format }),
  }
  const functions: ReadonlyMap<string, GoFunction> = expansionFunctions({
    externalUrl: settings.externalUrl,
    nowMs: settings.nowMs,
    query,
    execute: (inner, innerData) => set.execute(inner, innerData, options),
  })
  const set: TemplateSet = new TemplateSet(functions, settings.clock)
  try {
    set.add(name, text)
  } catch (error) {
    throw renamed(error, `error parsing template ${name}: `)
  }
  try {
    return set.execute(name, data, options)
  } catch (error) {
    throw renamed(error, `error executing template ${name}: `)
  }
}

function renamed(error: unknown, prefix: string): unknown {
  if (!(error instanceof TemplateError)) return error
  return new TemplateError(error.code as 'template/parse', prefix + messageOf(error))
}

/**
 * Reads a text only. @throws TemplateError `error parsing template …`
 * @source Prometheus 3.14, Expander.ParseTest
 */
export function checkTemplate(text: string, name: string): void {
  const nothing = (): never => {
    throw new Pending('query')
  }
  const functions = expansionFunctions({
    externalUrl: new URL('http://localhost/'),
    nowMs: 0,
    query: nothing,
    execute: nothing,
  })
  try {
    new TemplateSet(functions).add(name, text)
  } catch (error) {
    throw renamed(error, `error parsing template ${name}: `)
  }
}
