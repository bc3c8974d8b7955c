/** A path pattern taken apart: the directory is plain, only the name may have `*`, `?` and `[…]`. */
export interface PathPattern {
  readonly directory: string
  /** Undefined when the pattern names one file. */
  readonly names: RegExp | undefined
  /** The last part as written. */
  readonly name: string
}

/** @source Go filepath.Match, for the last part of a path */
export function pathPattern(pattern: string): PathPattern {
  const slash = pattern.lastIndexOf('/')
  const directory = slash < 0 ? '.' : slash === 0 ? '/' : pattern.slice(0, slash)
  const name = pattern.slice(slash + 1)
  return { directory, name, names: /[*?[]/.test(name) ? nameRegex(name) : undefined }
}

function nameRegex(name: string): RegExp {
  let source = ''
  for (let i = 0; i < name.length; i++) {
    const c = name[i]!
    const close = c === '[' ? name.indexOf(']', i + 2) : -1
    if (c === '*') source += '[^/]*'
    else if (c === '?') source += '[^/]'
    else if (close > 0) {
      source += `[${name.slice(i + 1, close).replaceAll('\\', '\\\\')}]`
      i = close
    } else source += c.replace(/[\\^$.|+(){}[\]]/, '\\$&')
  }
  return new RegExp(`^${source}$`, 's')
}

/** The path of a name in a directory, written as the pattern's directory is. */
export function pathIn(directory: string, name: string, pattern: string): string {
  if (directory === '/') return `/${name}`
  return directory === '.' && !pattern.startsWith('./') ? name : `${directory}/${name}`
}
