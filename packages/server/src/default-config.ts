/** The job that scrapes the gateway. */
export const PUSH_JOB = 'pushgateway'

/**
 * The configuration of `pharos up` when nobody wrote one: this server, this machine and what is
 * pushed, every five seconds.
 * Printed by `/api/v1/status/config`, so that it can be copied and grown from.
 */
export function defaultConfig(
  own: { readonly address: string; readonly metricsPath: string },
  node: { readonly address: string; readonly metricsPath: string },
  push: {
    readonly address: string
    readonly metricsPath: string
    /** What was pushed comes another way; only the gateway's own series are kept. */
    readonly isOwnOnly?: boolean
  },
  ruleFiles: readonly string[],
): string {
  return `global:
  scrape_interval: 5s
  scrape_timeout: 4s
  evaluation_interval: 15s
rule_files:
${ruleFiles.map((path) => `  - '${path}'\n`).join('')}scrape_configs:
  - job_name: pharos
    metrics_path: ${own.metricsPath}
    static_configs:
      - targets: ['${own.address}']
  - job_name: node
    metrics_path: ${node.metricsPath}
    static_configs:
      - targets: ['${node.address}']
  - job_name: ${PUSH_JOB}
    honor_labels: true
    metrics_path: ${push.metricsPath}
    static_configs:
      - targets: ['${push.address}']
${push.isOwnOnly === true ? OWN_ONLY : ''}`
}

/** Every pushed series has the job it was pushed for. */
const OWN_ONLY = `    metric_relabel_configs:
      - source_labels: [job]
        regex: ${PUSH_JOB}
        action: keep
`
