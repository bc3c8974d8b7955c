import { Regex } from '@pharos/model'
import { type HostExporter, type HostExporterSettings, startHostExporter } from './exporter.ts'

/** An exporter over kernel files, whose patterns are RE2's. @throws UserError `model/regex` for one that is none */
export function createHostExporter(settings: HostExporterSettings): HostExporter {
  return startHostExporter(settings, search)
}

/** In linear time whatever the pattern. Regular expressions are searched for, not anchored, as in the reference. */
export function search(pattern: string): (text: string) => boolean {
  // Whole texts are what a label regex matches, and answers for texts met before are kept.
  const regex = Regex.anchored(`.*(?:${pattern}).*`)
  return (text) => regex.matches(text)
}
