// What templates of alerts see.

import { Labels } from '@pharos/model'
import { type TemplateSample, expandTemplate, struct, textMap } from '@pharos/template'

/** Short names, on the same line as the text so that positions in messages keep their line. */
export const TEMPLATE_DEFINITIONS =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}{{$resolved := .Resolved}}{{$resolvedValue := .ResolvedValue}}'

export interface TemplateContext {
  readonly externalUrl: URL
  readonly externalLabels: Labels
  readonly query: (expr: string, timeMs: number) => Promise<readonly TemplateSample[]>
}

interface ExpandedAlert {
  readonly alertName: string
  readonly labels: Labels
  readonly value: number
  /** The value that ended the alert; undefined while it lasts. */
  readonly resolvedValue: number | undefined
  readonly timeMs: number
  readonly context: TemplateContext
  readonly onError: (error: unknown) => void
}

/**
 * Expands the texts of one alert. A text that fails becomes `<error expanding template: …>`, because somebody has
 * to be told all the same.
 */
export function alertExpander(alert: ExpandedAlert): (text: string) => Promise<string> {
  const { alertName, labels, value, resolvedValue, timeMs, context, onError } = alert
  const data = struct('struct', {
    Labels: textMap(labels),
    ExternalLabels: textMap(context.externalLabels),
    ExternalURL: context.externalUrl.href.replace(/\/$/, ''),
    Value: value,
    Resolved: resolvedValue !== undefined,
    ResolvedValue: resolvedValue ?? NaN,
  })
  const settings = {
    name: `__alert_${alertName}`,
    externalUrl: context.externalUrl,
    nowMs: timeMs,
    query: (expr: string) => context.query(expr, timeMs),
  }
  return async (text) => {
    // Nearly every label is plain text.
    if (!text.includes('{{')) return text
    try {
      return await expandTemplate(TEMPLATE_DEFINITIONS + text, data, settings)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      onError(error)
      return `<error expanding template: ${error.message}>`
    }
  }
}
