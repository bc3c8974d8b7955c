// Sentences by key, filled with arguments. The keys are those of the English dictionary; the compiler refuses a
// key that does not exist and a dictionary that lacks one.
import type { en } from './en.ts'
import type { words as alerting } from './en-alerting.ts'
import type { words as aside } from './en-aside.ts'
import type { words as dashboards } from './en-dashboards.ts'
import type { words as editor } from './en-editor.ts'
import type { words as overview } from './en-overview.ts'
import type { words as system } from './en-system.ts'
import type { words as tools } from './en-tools.ts'

export type TextKey =
  | keyof typeof en
  | keyof typeof alerting
  | keyof typeof aside
  | keyof typeof dashboards
  | keyof typeof editor
  | keyof typeof overview
  | keyof typeof system
  | keyof typeof tools

type Text = string | { readonly one?: string; readonly other: string }

export type Dictionary = Readonly<Record<TextKey, Text>>

/** Parts of the dictionaries that come with what needs them. */
export type WordsPart =
  | 'alerting'
  | 'aside'
  | 'dashboards'
  | 'editor'
  | 'overview'
  | 'system'
  | 'tools'

/** A part of a dictionary: the same keys as the English part. */
export type Words<Part> = Readonly<Record<keyof Part, Text>>

type TextArgs = Readonly<Record<string, string | number>>

export type Translate = (key: TextKey, args?: TextArgs) => string

/**
 * @param dictionary  the words that are there so far: parts of it may come later, with the pages that need them
 * @returns the function that every page calls `t`
 */
export function createTranslate(dictionary: Partial<Dictionary>, lang: 'en' | 'zh'): Translate {
  // It takes tens of milliseconds to make, and counts need none: both languages group by threes.
  let format: Intl.NumberFormat | undefined
  const counted = (value: number) =>
    Number.isSafeInteger(value)
      ? String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
      : (format ??= new Intl.NumberFormat(lang)).format(value)
  return (key, args = {}) => {
    const text = dictionary[key] ?? key
    const sentence =
      typeof text === 'string'
        ? text
        : // English has a word of its own for one thing, Chinese for none.
          Number(args['count'] ?? 0) === 1
          ? (text.one ?? text.other)
          : text.other
    return sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = args[name]
      return typeof value === 'number' ? counted(value) : (value ?? '')
    })
  }
}
