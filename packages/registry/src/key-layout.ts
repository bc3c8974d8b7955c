// What a key says behind its prefix, as a template: `{name}/{id}`. A value must agree with its own key, or one
// service could speak for another.

import { quoted, UserError } from '@pharos/base'
import type { ServiceInstance } from './service-instance.ts'

export interface KeyLayout {
  /** Why this instance cannot stand under this key; undefined when it can. */
  mistake(rest: string, instance: ServiceInstance): string | undefined
}

/** @throws UserError `registry/layout` */
export function compileLayout(template: string): KeyLayout {
  const parts = template.split(/(\{[^}]*\})/)
  for (const part of parts) {
    if (part.startsWith('{') && !['{name}', '{id}', '{any}'].includes(part))
      throw new UserError(
        'registry/layout',
        `layout ${quoted(template)}: ${quoted(part)} is none of {name}, {id}, {any}`,
      )
  }
  return {
    mistake(rest, instance) {
      // With the instance's own words in it the template is one text, or one with free parts.
      const pieces = parts.map((part) =>
        part === '{name}'
          ? instance.name
          : part === '{id}'
            ? instance.id
            : part === '{any}'
              ? undefined
              : part,
      )
      return fits(rest, pieces)
        ? undefined
        : `the key's ${quoted(rest)} does not fit layout ${quoted(template)} with name ${quoted(instance.name)} and id ${quoted(instance.id)}`
    },
  }
}

/** An undefined piece stands for one or more characters without a slash. */
function fits(text: string, pieces: readonly (string | undefined)[]): boolean {
  if (pieces.length === 0) return text === ''
  const [first, ...rest] = pieces
  if (first !== undefined) return text.startsWith(first) && fits(text.slice(first.length), rest)
  const slash = text.indexOf('/')
  const longest = slash < 0 ? text.length : slash
  for (let length = longest; length > 0; length--) if (fits(text.slice(length), rest)) return true
  return false
}
