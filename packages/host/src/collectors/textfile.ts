// Families that other programs leave in a directory as `*.prom` files.

import { OutsideError, UserError } from '@pharos/base'
import { type MetricFamily, parseFamilies } from '@pharos/exposition'
import type { Collector } from '../collector.ts'
import type { HostFiles } from '../host-files.ts'
import type { Page } from '../page.ts'

export const textfile: Collector = {
  name: 'textfile',
  isDefault: true,
  start({ files, options }) {
    const directory = options.textfileDirectory
    return (page) => {
      let failed = false
      const helps = new Map<string, string>()
      const sources = new Map<string, string[]>()
      const read: MetricFamily[] = []
      for (const name of namesIn(files, directory, () => (failed = true))) {
        const path = `${directory}/${name}`
        const families = familiesIn(files, path)
        if (families === undefined) failed = true
        else addModified(page, files, path)
        for (const family of families ?? []) {
          const help = helps.get(family.name)
          // The first text stays; a family that says otherwise is left out and reported.
          if (help !== undefined && family.help !== undefined && help !== family.help) {
            failed = true
            continue
          }
          if (family.help !== undefined) helps.set(family.name, family.help)
          sources.set(family.name, [...(sources.get(family.name) ?? []), path])
          read.push(family)
        }
      }
      for (const family of read) if (!addFamily(page, family, helps, sources)) failed = true
      const help = '1 if there was an error opening or reading a file, 0 otherwise'
      page.gauge('node_textfile_scrape_error', help, failed ? 1 : 0)
    }
  },
}

function namesIn(files: HostFiles, directory: string, onFailure: () => void): string[] {
  if (directory === '') return []
  try {
    return files.disk.listSync(directory).filter((name) => name.endsWith('.prom'))
  } catch (thrown) {
    if (!(thrown instanceof OutsideError)) throw thrown
    onFailure()
    return []
  }
}

/** undefined when the file cannot be read, is no exposition, or carries times of its own. */
function familiesIn(files: HostFiles, path: string): MetricFamily[] | undefined {
  try {
    const families = parseFamilies(files.text(path), { names: 'classic' })
    const isTimed = families.some(({ metrics }) =>
      metrics.some(({ timestampMs }) => timestampMs !== undefined),
    )
    return isTimed ? undefined : families
  } catch (thrown) {
    if (thrown instanceof OutsideError || thrown instanceof UserError) return undefined
    throw thrown
  }
}

/** Whole seconds, as in the reference. A file that was removed just now has no sample. */
function addModified(page: Page, files: HostFiles, path: string): void {
  const info = files.info(path)
  if (info === undefined) return
  const help = 'Unixtime mtime of textfiles successfully read.'
  const seconds = Math.floor(info.modifiedMs / 1000)
  page.gauge('node_textfile_mtime_seconds', help, seconds, 'file', path)
}

function addFamily(
  page: Page,
  family: MetricFamily,
  helps: ReadonlyMap<string, string>,
  sources: ReadonlyMap<string, readonly string[]>,
): boolean {
  const from = (sources.get(family.name) ?? []).join(', ')
  const help = family.help ?? helps.get(family.name) ?? `Metric read from ${from}`
  return page.addFamily({ ...family, help, metrics: evenLabels(family) })
}

/** Every metric of a family gets every label that one of them has, empty where it has none. */
function evenLabels({ metrics }: MetricFamily): MetricFamily['metrics'] {
  const names = new Set<string>()
  for (const { labels } of metrics) for (let i = 0; i < labels.length; i += 2) names.add(labels[i]!)
  const sorted = [...names].sort()
  return metrics.map((metric) => {
    const values = new Map<string, string>()
    const { labels } = metric
    for (let i = 0; i < labels.length; i += 2) values.set(labels[i]!, labels[i + 1]!)
    return { ...metric, labels: sorted.flatMap((name) => [name, values.get(name) ?? '']) }
  })
}
