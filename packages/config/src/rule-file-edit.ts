// Rule files changed by a program and still to be read and edited by people: comments, order and style of everything
// that is not changed stay as they are.

import { Document, isMap, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml'
import { UserError } from '@pharos/base'

/** The name of the group that a YAML text holds. @throws UserError `config/rule-edit` */
export function groupNameIn(groupText: string): string {
  return String(groupIn(groupText).get('name'))
}

/**
 * A rule file in which a group stands: in the place of the one with its name, otherwise at the end.
 *
 * @param fileText   the file as it is, '' for none
 * @param groupText  one group as YAML (or JSON, which is YAML)
 * @throws UserError `config/rule-edit`
 */
export function withGroup(fileText: string, groupText: string): string {
  const group = groupIn(groupText)
  const file = fileIn(fileText)
  const groups = groupsOf(file)
  const at = groups.items.findIndex((one) => nameOf(one) === String(group.get('name')))
  if (at >= 0) groups.items[at] = group
  else groups.items.push(group)
  groups.flow = false
  return file.toString({ lineWidth: 0 })
}

/** The file without a group; undefined when it has none of that name. @throws UserError `config/rule-edit` */
export function withoutGroup(fileText: string, name: string): string | undefined {
  const file = fileIn(fileText)
  const groups = groupsOf(file)
  const at = groups.items.findIndex((one) => nameOf(one) === name)
  if (at < 0) return undefined
  groups.items.splice(at, 1)
  return file.toString({ lineWidth: 0 })
}

/** The groups of a file, each as YAML of its own, by name and in their order. @throws UserError `config/rule-edit` */
export function groupTexts(fileText: string): ReadonlyMap<string, string> {
  const file = fileIn(fileText)
  const texts = new Map<string, string>()
  for (const item of groupsOf(file).items) {
    const one = new Document<Node>(file.createNode(item))
    texts.set(nameOf(item) ?? '', one.toString({ lineWidth: 0 }))
  }
  return texts
}

function groupIn(text: string): YAMLMap {
  const { contents } = checked(text, 'the group')
  if (!isMap(contents) || typeof contents.get('name') !== 'string')
    throw refused('the group: wants a mapping with a name')
  contents.flow = false
  return contents
}

function fileIn(text: string): Document {
  return checked(text.trim() === '' ? 'groups: []\n' : text, 'the file')
}

function groupsOf(file: Document): { items: unknown[]; flow?: boolean } {
  const groups = file.get('groups')
  if (!isSeq(groups)) throw refused('the file: wants a list under groups')
  return groups
}

function nameOf(item: unknown): string | undefined {
  return isMap(item) ? String(item.get('name')) : undefined
}

function checked(text: string, what: string): Document {
  const document = parseDocument(text, { schema: 'core', merge: false })
  const [error] = document.errors
  if (error !== undefined) throw refused(`${what}: ${error.message.split('\n')[0]}`)
  return document
}

function refused(message: string): UserError {
  return new UserError('config/rule-edit', message)
}
