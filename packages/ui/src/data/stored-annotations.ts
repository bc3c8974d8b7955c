// Annotations that people and deployments wrote, as marks of a dashboard.
import type { Api } from './api.ts'
import type { Happening } from './annotation-marks.ts'

export interface StoredAnnotation {
  readonly id: number
  readonly dashboardUID: string
  readonly panelId: number
  readonly time: number
  readonly timeEnd: number
  readonly tags: readonly string[]
  readonly text: string
}

/** More marks than this hide what they mark. */
const SHOWN_MAX = 500

/** Those of a dashboard and those of all dashboards, newest first. */
export async function fetchAnnotations(
  api: Api,
  uid: string,
  range: { readonly fromMs: number; readonly toMs: number },
  signal?: AbortSignal,
): Promise<StoredAnnotation[]> {
  const asked = new URLSearchParams({
    from: String(Math.floor(range.fromMs)),
    to: String(Math.ceil(range.toMs)),
    limit: String(SHOWN_MAX),
  })
  const all = await api.json<readonly StoredAnnotation[]>(
    'GET',
    `api/annotations?${asked.toString()}`,
    undefined,
    signal,
  )
  return all.filter(({ dashboardUID }) => dashboardUID === '' || dashboardUID === uid)
}

export function happeningOf({ time, timeEnd, text, tags }: StoredAnnotation): Happening {
  const words = [text, tags.map((tag) => `#${tag}`).join(' ')].filter((part) => part !== '')
  return { fromMs: time, toMs: timeEnd > time ? timeEnd : undefined, text: words.join(' ') }
}

/** Tags as they were typed: commas and spaces part them. */
export function tagsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))]
}
