// A page as a service with routes and latencies serves it: counters, gauges and one histogram a route, of a
// size that is asked for; the same for the same arguments.

/** `series` is a multiple of 20 for round numbers; `version` moves every value. */
export function expositionPage(series: number, version: number): string {
  const routes = Math.max(1, Math.floor(series / 20))
  const lines: string[] = [
    '# HELP http_requests_total Requests by route and code.',
    '# TYPE http_requests_total counter',
  ]
  for (let r = 0; r < routes; r++) {
    for (const code of ['200', '404', '500']) {
      lines.push(
        `http_requests_total{route="/api/v1/resource/${r}",code="${code}"} ${version * (r + 1) + Number(code)}`,
      )
    }
  }
  lines.push(
    '# HELP http_request_duration_seconds Latency by route.',
    '# TYPE http_request_duration_seconds histogram',
  )
  for (let r = 0; r < routes; r++) {
    const labels = `route="/api/v1/resource/${r}"`
    BOUNDS.forEach((bound, i) => {
      lines.push(
        `http_request_duration_seconds_bucket{${labels},le="${bound}"} ${version * (i + 1) * (r + 1)}`,
      )
    })
    lines.push(
      `http_request_duration_seconds_sum{${labels}} ${(version * (r + 1) * 0.0371 * 14.5).toFixed(9)}`,
      `http_request_duration_seconds_count{${labels}} ${version * BOUNDS.length * (r + 1)}`,
    )
  }
  lines.push('# HELP queue_length Length of the queue.', '# TYPE queue_length gauge')
  for (let r = 0; r < routes; r++) {
    lines.push(`queue_length{route="/api/v1/resource/${r}"} ${(version * 7 + r) % 50}`)
  }
  return `${lines.join('\n')}\n`
}

const BOUNDS = [
  '0.005',
  '0.01',
  '0.025',
  '0.05',
  '0.1',
  '0.25',
  '0.5',
  '1',
  '2.5',
  '5',
  '10',
  '30',
  '60',
  '+Inf',
]
