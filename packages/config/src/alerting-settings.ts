import type { NameScheme } from '@pharos/model'
import { compiledRules } from './relabel-section.ts'
import type { AlertingFields } from './remote-sections.ts'
import { scrapeSection, scrapeSettings } from './scrape-section.ts'
import type { AlertingSettings } from './settings.ts'
import { YamlScalar } from './yaml-tree.ts'

/** The settings of a checked `alerting` section. Alert managers are found and reached as targets of a job are. */
export function alertingSettings(fields: AlertingFields, scheme: NameScheme): AlertingSettings {
  // A job without a name is refused.
  const standard = scrapeSection.schema.parse({ job_name: new YamlScalar('alertmanager', false) })
  return {
    alertRelabelRules: compiledRules(fields.alert_relabel_configs, scheme),
    alertmanagers: fields.alertmanagers.map((manager, i) => ({
      job: scrapeSettings({
        ...standard,
        ...manager,
        job_name: `alertmanager/${i}`,
        metric_name_validation_scheme: scheme,
      }),
      pathPrefix: manager.path_prefix,
      timeoutMs: manager.timeout,
      alertRelabelRules: compiledRules(manager.alert_relabel_configs, scheme),
    })),
  }
}
