// All mistakes of a file at once, each as `file:line:col: path: message`.

import { UserError } from '@pharos/base'
import { MISTAKES_SHOWN_MAX } from './limits.ts'

export type Path = readonly (string | number)[]

export interface Mistake {
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in characters. */
  readonly column: number
  /** `scrape_configs[1].scheme`; '' for the file as a whole. */
  readonly path: string
  readonly message: string
}

/** What is wrong with a configuration. `message` has one line a mistake, in the order of the file. */
export class ConfigErrors extends UserError {
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    const ordered = [...mistakes].sort((a, b) => a.line - b.line || a.column - b.column)
    const lines = ordered.slice(0, MISTAKES_SHOWN_MAX).map(mistakeLine)
    if (ordered.length > MISTAKES_SHOWN_MAX)
      lines.push(`… and ${ordered.length - MISTAKES_SHOWN_MAX} more`)
    super('config/invalid', lines.join('\n'))
    this.name = 'ConfigErrors'
    this.mistakes = ordered
  }
}

/** `prometheus.yml:10:5: scrape_configs[1]: unknown key …` */
export function mistakeLine(mistake: Mistake): string {
  const where = `${mistake.file}:${mistake.line}:${mistake.column}: `
  return where + (mistake.path === '' ? '' : `${mistake.path}: `) + mistake.message
}

/** `['scrape_configs', 1, 'scheme']` to `scrape_configs[1].scheme`. */
export function pathText(path: Path): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? part : `.${part}`
  }
  return text
}
