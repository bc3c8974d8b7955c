import type { Disk } from '@pharos/base'

/** A path pattern taken apart: the directory is plain, only the name may have `*`, `?` and `[…]`. */
export interface PathPattern {
  readonly directory: string
  /** The last part as written. */
  readonly name: string
  readonly isGlob: boolean
}

export function pathPattern(pattern: string): PathPattern {
  const slash = pattern.lastIndexOf('/')
  const directory = slash < 0 ? '.' : slash === 0 ? '/' : pattern.slice(0, slash)
  const name = pattern.slice(slash + 1)
  return { directory, name, isGlob: /[*?[]/.test(name) }
}

/** The path of a name in a directory, written as the pattern's directory is. */
export function pathIn(directory: string, name: string, pattern: string): string {
  if (directory === '/') return `/${name}`
  return directory === '.' && !pattern.startsWith('./') ? name : `${directory}/${name}`
}

/**
 * Whether a file name fits a glob. A star that took too little takes one more and everything after it is
 * tried again, and only the last star has to: the work is at most name times glob.
 * @source Go filepath.Match
 */
export function matchesGlob(name: string, glob: string): boolean {
  let n = 0
  let g = 0
  let starGlob = -1
  let starName = 0
  while (n < name.length) {
    if (glob[g] === '*') {
      starGlob = g++
      starName = n
      continue
    }
    const after = g < glob.length ? matchesOne(name[n]!, glob, g) : -1
    if (after >= 0) {
      n++
      g = after
    } else if (starGlob >= 0) {
      g = starGlob + 1
      n = ++starName
    } else return false
  }
  while (glob[g] === '*') g++
  return g === glob.length
}

/** Where the glob goes on after one character, or -1 when it does not fit. */
function matchesOne(character: string, glob: string, at: number): number {
  const c = glob[at]!
  if (c === '?') return at + 1
  const close = c === '[' ? glob.indexOf(']', at + 2) : -1
  if (close < 0) return c === character ? at + 1 : -1
  const isNegated = glob[at + 1] === '^'
  let isIn = false
  for (let i = at + (isNegated ? 2 : 1); i < close; i++) {
    const from = glob[i]!
    const isRange = glob[i + 1] === '-' && i + 2 < close
    const to = isRange ? glob[i + 2]! : from
    if (character >= from && character <= to) isIn = true
    if (isRange) i += 2
  }
  return isIn === isNegated ? -1 : close + 1
}

/**
 * The files that a pattern stands for, sorted; a path without glob stands for itself when it exists.
 * @throws OutsideError when the disk fails for another reason than that nothing is there
 * @source Go filepath.Glob
 */
export async function matchingPaths(disk: Disk, pattern: string): Promise<readonly string[]> {
  const { directory, name, isGlob } = pathPattern(pattern)
  if (!isGlob) return (await disk.stat(pattern)) === undefined ? [] : [pattern]
  if ((await disk.stat(directory))?.isDirectory !== true) return []
  const names = await disk.list(directory)
  return names
    .filter((entry) => matchesGlob(entry, name))
    .map((entry) => pathIn(directory, entry, pattern))
    .sort()
}
