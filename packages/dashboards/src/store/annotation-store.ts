// Annotations that people and deployments write: one file beside the dashboards, held in memory, written whole.
import { type Clock, type Disk, OutsideError, UserError } from '@pharos/base'
import { isObject } from '../json.ts'
import {
  ANNOTATION_BYTES_MAX,
  ANNOTATION_TAGS_MAX,
  ANNOTATION_TEXT_MAX,
  ANNOTATIONS_MAX,
} from './limits.ts'

export interface Annotation {
  readonly id: number
  /** '' for all dashboards. */
  readonly dashboardUID: string
  /** 0 for all panels. */
  readonly panelId: number
  /** ms since 1970; `timeEnd` is `time` for what did not last. */
  readonly time: number
  readonly timeEnd: number
  readonly tags: readonly string[]
  readonly text: string
  readonly created: number
  readonly updated: number
}

export type AnnotationDraft = Partial<Omit<Annotation, 'id' | 'created' | 'updated'>>

export interface AnnotationFilter {
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  readonly dashboardUID?: string | undefined
  readonly panelId?: number | undefined
  readonly tags?: readonly string[]
  /** One tag is enough, where otherwise all are wanted. */
  readonly matchAny?: boolean
  readonly limit?: number
}

const LIMIT_DEFAULT = 100

export class AnnotationStore {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #path: string
  #all: readonly Annotation[] | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor(disk: Disk, clock: Clock, directory: string) {
    this.#disk = disk
    this.#clock = clock
    this.#path = `${directory}/.annotations.json`
  }

  /** Newest first. */
  async list(filter: AnnotationFilter): Promise<readonly Annotation[]> {
    const { tags = [], matchAny = false, limit = LIMIT_DEFAULT } = filter
    const all = await this.#loaded()
    return all
      .filter(
        (one) =>
          (filter.dashboardUID === undefined || one.dashboardUID === filter.dashboardUID) &&
          (filter.panelId === undefined || one.panelId === filter.panelId) &&
          (filter.fromMs === undefined || one.timeEnd >= filter.fromMs) &&
          (filter.toMs === undefined || one.time <= filter.toMs) &&
          (tags.length === 0 ||
            (matchAny
              ? tags.some((tag) => one.tags.includes(tag))
              : tags.every((tag) => one.tags.includes(tag)))),
      )
      .sort((a, b) => b.time - a.time || b.id - a.id)
      .slice(0, limit)
  }

  async get(id: number): Promise<Annotation | undefined> {
    return (await this.#loaded()).find((one) => one.id === id)
  }

  /** @throws UserError `dashboards/annotation` for what is none */
  async add(draft: AnnotationDraft): Promise<Annotation> {
    return this.#alone(async (all) => {
      if (all.length >= ANNOTATIONS_MAX) throw refused(`there are ${ANNOTATIONS_MAX} already`)
      const nowMs = this.#clock.now()
      const id = 1 + all.reduce((most, one) => Math.max(most, one.id), 0)
      const time = draft.time ?? nowMs
      const made = checked({
        id,
        dashboardUID: draft.dashboardUID ?? '',
        panelId: draft.panelId ?? 0,
        time,
        timeEnd: draft.timeEnd ?? time,
        tags: draft.tags ?? [],
        text: draft.text ?? '',
        created: nowMs,
        updated: nowMs,
      })
      return { result: made, next: [...all, made] }
    })
  }

  /** @returns undefined when there is none. @throws UserError `dashboards/annotation` */
  async change(id: number, draft: AnnotationDraft): Promise<Annotation | undefined> {
    return this.#alone(async (all) => {
      const before = all.find((one) => one.id === id)
      if (before === undefined) return { result: undefined, next: all }
      const { time = before.time, text = before.text, tags = before.tags } = draft
      const moved = draft.time === undefined ? before.timeEnd : time
      const timeEnd = draft.timeEnd ?? moved
      const made = checked({ ...before, time, timeEnd, text, tags, updated: this.#clock.now() })
      return { result: made, next: all.map((one) => (one.id === id ? made : one)) }
    })
  }

  async remove(id: number): Promise<boolean> {
    return this.#alone(async (all) => {
      const next = all.filter((one) => one.id !== id)
      return { result: next.length < all.length, next }
    })
  }

  async #loaded(): Promise<readonly Annotation[]> {
    if (this.#all !== undefined) return this.#all
    try {
      const bytes = await this.#disk.readFile(this.#path, ANNOTATION_BYTES_MAX)
      this.#all = annotationsIn(new TextDecoder().decode(bytes))
    } catch (error) {
      if (!(error instanceof OutsideError && error.code === 'disk/enoent')) throw error
      this.#all = []
    }
    return this.#all
  }

  /** One after the other; what is on disk is what is held. */
  async #alone<T>(
    work: (
      all: readonly Annotation[],
    ) => Promise<{ readonly result: T; readonly next: readonly Annotation[] }>,
  ): Promise<T> {
    const done = this.#work.then(async () => {
      const all = await this.#loaded()
      const { result, next } = await work(all)
      if (next === all) return result
      await this.#disk.makeDirectory(this.#path.slice(0, this.#path.lastIndexOf('/')))
      const text = `[\n${next.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`
      await this.#disk.writeFileAtomic(this.#path, new TextEncoder().encode(text))
      this.#all = next
      return result
    })
    this.#work = done.catch(() => {})
    return done
  }
}

/** What is no annotation in the file is left out; a file that is none is told. */
function annotationsIn(text: string): Annotation[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw refused(`the file of annotations is no JSON: ${error.message}`)
  }
  return (Array.isArray(list) ? list : []).flatMap((one: unknown) =>
    isObject(one) && typeof one['id'] === 'number' && typeof one['time'] === 'number'
      ? // The cast: checked as far as it is sorted and searched by.
        [{ ...EMPTY, ...(one as unknown as Annotation) }]
      : [],
  )
}

const EMPTY = {
  dashboardUID: '',
  panelId: 0,
  timeEnd: 0,
  tags: [],
  text: '',
  created: 0,
  updated: 0,
}

function checked(one: Annotation): Annotation {
  const isTime = (ms: number) => Number.isSafeInteger(ms) && Math.abs(ms) <= 8.64e15
  if (!isTime(one.time) || !isTime(one.timeEnd)) throw refused('its time wants whole milliseconds')
  if (one.timeEnd < one.time) throw refused('it ends before it begins')
  if (one.text.length > ANNOTATION_TEXT_MAX)
    throw refused(`its text has ${one.text.length} characters, at most ${ANNOTATION_TEXT_MAX} fit`)
  const isTag = (tag: unknown) => typeof tag === 'string' && tag.length <= ANNOTATION_TEXT_MAX
  if (one.tags.length > ANNOTATION_TAGS_MAX || !one.tags.every(isTag))
    throw refused(`it wants at most ${ANNOTATION_TAGS_MAX} tags, each a text`)
  if (one.text === '' && one.tags.length === 0) throw refused('it wants a text')
  return one
}

function refused(why: string): UserError {
  return new UserError('dashboards/annotation', `the annotation is not kept: ${why}`)
}
