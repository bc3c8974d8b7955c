import type { Codec } from './codec.ts'
import { ConfigErrors, pathText } from './config-errors.ts'
import type { Mistake, Path } from './config-errors.ts'
import { decode } from './section.ts'
import type { FlatIssue } from './section.ts'
import type { YamlTree } from './yaml-tree.ts'

/** The decoded root of a file. @throws ConfigErrors with every mistake */
export function decoded<T>(codec: Codec<T>, tree: YamlTree, file: string): T {
  const result = decode(codec, tree.root)
  if ('value' in result) return result.value
  throw new ConfigErrors(result.issues.map((issue) => mistakeAt(issue, tree, file)))
}

/** Where an issue stands in its file. An unknown key is the mistake of the section around it. */
export function mistakeAt(issue: FlatIssue, tree: YamlTree, file: string): Mistake {
  const { line, column } = tree.position(issue.path, issue.isUnknownKey ? 'key' : 'value')
  const path: Path = issue.isUnknownKey ? issue.path.slice(0, -1) : issue.path
  return { file, line, column, path: pathText(path), message: issue.message }
}
