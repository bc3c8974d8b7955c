// Which series of a writer that only has series are one group, that is, come together at one time: those of one scraped
// target. Nothing says it; `job` and `instance` do, with the labels that senders put in front of them to tell themselves
// apart.

import { Labels } from '@pharos/model'

/** Labels that tell targets of equal job and instance apart, as senders name them. */
const SENDER_LABELS: ReadonlySet<string> = new Set([
  '__replica__',
  'cluster',
  'datacenter',
  'env',
  'environment',
  'monitor',
  'prometheus',
  'prometheus_replica',
  'region',
  'replica',
  'tenant',
])

/** Labels in which the series of one histogram or summary differ. */
const INNER_LABELS: ReadonlySet<string> = new Set(['__name__', 'le', 'quantile'])

/**
 * The key of the group that a series belongs to when its writer says nothing of groups. One without job or instance has
 * nobody to share its times with and is alone, but for those whose labels differ only in the name.
 */
export function groupKeyOf(labels: Labels): Labels {
  const isOfTarget = labels.get('job') !== '' && labels.get('instance') !== ''
  const pairs = [...labels].filter(([name]) =>
    isOfTarget
      ? name === 'job' || name === 'instance' || SENDER_LABELS.has(name)
      : !INNER_LABELS.has(name),
  )
  return Labels.of(pairs)
}
