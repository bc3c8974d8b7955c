// One alert that fires soon, and where it is told: the second handler of the fourth seed's server fails for one request
// in twenty.

/** The text of a rule file. */
export function demoRules(): string {
  return `groups:
  - name: demo
    interval: 5s
    rules:
      - alert: HandlerFailing
        expr: |
          sum by (handler) (rate(http_requests_total{job="demo",status_code="500"}[30s]))
            / sum by (handler) (rate(http_requests_total{job="demo"}[30s])) > 0.04
          and sum by (handler) (increase(http_requests_total{job="demo"}[30s])) > 500
        for: 5s
        labels:
          severity: warning
        annotations:
          summary: '{{ $labels.handler }} fails for {{ $value | humanizePercentage }} of its requests'
`
}

/** The text of an alertmanager.yml that sends everything to the demo's inbox. */
export function demoAlertmanager(smtpPort: number): string {
  return `global:
  smtp_smarthost: 127.0.0.1:${smtpPort}
  smtp_from: pharos@demo.localhost
  smtp_require_tls: false
route:
  receiver: inbox
  group_by: [alertname]
  group_wait: 2s
  group_interval: 30s
receivers:
  - name: inbox
    email_configs:
      - to: you@demo.localhost
        send_resolved: true
        text: |
          {{ range .Alerts }}{{ .Status }}: {{ .Annotations.summary }}
          {{ end }}
`
}
