// Pushes for two gateways, and what is compared of their answers.
import { request } from 'node:http'
import { gzipSync } from 'node:zlib'

export interface PushCase {
  readonly what: string
  readonly method: string
  readonly path: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Debian's 1.5 answers something else than 1.11 or than we choose to: why, and what we answer. */
  readonly differs?: { readonly why: string; readonly status: number; readonly text: string }
}

export interface Answered {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Sends the path as it is, which `fetch` would clean. */
export function send(
  base: string,
  { method, path, body, headers }: Omit<PushCase, 'what'>,
): Promise<Answered> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: `${response.headers['content-type'] ?? ''}${response.headers.location ?? ''}`,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const HISTOGRAM = `# HELP lat Latency.
# TYPE lat histogram
lat_bucket{le="0.1"} 3
lat_bucket{le="1"} 5
lat_bucket{le="+Inf"} 6
lat_sum 4.5
lat_count 6
`
const SUMMARY = `# TYPE rpc summary
rpc{quantile="0.5"} 0.25
rpc{quantile="0.99"} NaN
rpc_sum 12
rpc_count 40
`
const base64 = (text: string): string => Buffer.from(text).toString('base64url')

export const PUSHES: readonly PushCase[] = [
  {
    what: 'a counter',
    method: 'PUT',
    path: '/metrics/job/a',
    body: '# TYPE c_total counter\nc_total 5\n',
  },
  {
    what: 'a second family by POST',
    method: 'POST',
    path: '/metrics/job/a',
    body: '# TYPE g gauge\n# HELP g A gauge.\ng{x="1"} -2.5\ng{x="2"} +Inf\n',
  },
  {
    what: 'POST replaces one family',
    method: 'POST',
    path: '/metrics/job/a',
    body: '# TYPE g gauge\ng{x="3"} 1e6\n',
  },
  {
    what: 'an untyped metric',
    method: 'POST',
    path: '/metrics/job/a/instance/i1',
    body: 'u 1\nu{a="b"} 2e-7\n',
  },
  { what: 'a histogram', method: 'PUT', path: '/metrics/job/h/instance/i1', body: HISTOGRAM },
  {
    what: 'the same histogram of another instance',
    method: 'PUT',
    path: '/metrics/job/h/instance/i2',
    body: HISTOGRAM,
  },
  { what: 'a summary', method: 'PUT', path: '/metrics/job/s', body: SUMMARY },
  { what: 'no family at all', method: 'PUT', path: '/metrics/job/empty', body: '' },
  {
    what: 'only comments',
    method: 'POST',
    path: '/metrics/job/comment',
    body: '# nothing\n# HELP x y\n',
  },
  {
    what: 'labels of the group win',
    method: 'PUT',
    path: '/metrics/job/win/zone/z1',
    body: 'w{job="mine",zone="z9",instance="i"} 1\n',
  },
  {
    what: 'an instance of the metric stays',
    method: 'PUT',
    path: '/metrics/job/inst',
    body: 'v{instance="own"} 3\n',
  },
  {
    what: 'base64 of a value with a slash',
    method: 'PUT',
    path: `/metrics/job/b/path@base64/${base64('/var/tmp')}`,
    body: 'b64 1\n',
  },
  {
    what: 'base64 with padding',
    method: 'PUT',
    path: '/metrics/job/b/path@base64/L3Zhcg==',
    body: 'b64 2\n',
  },
  {
    what: 'base64 of nothing',
    method: 'PUT',
    path: '/metrics/job/b/first@base64/=/second/x',
    body: 'b64e 2\n',
  },
  {
    what: 'base64 of the job',
    method: 'PUT',
    path: `/metrics/job@base64/${base64('dir/job')}`,
    body: 'jb 1\n',
  },
  { what: 'base64 of an empty job', method: 'PUT', path: '/metrics/job@base64/=', body: 'jb 1\n' },
  {
    what: 'base64 that is none, in the job',
    method: 'PUT',
    path: '/metrics/job@base64/a*b',
    body: 'jb 1\n',
  },
  {
    what: 'base64 that is none, in a label',
    method: 'PUT',
    path: '/metrics/job/b/l@base64/foo.bar',
    body: 'jb 1\n',
  },
  {
    what: 'base64 of an impossible length',
    method: 'PUT',
    path: '/metrics/job/b/l@base64/abcde',
    body: 'jb 1\n',
  },
  {
    what: 'Chinese in a label value',
    method: 'PUT',
    path: `/metrics/job/${encodeURIComponent('任务')}/city/${encodeURIComponent('北京')}`,
    body: 'zh{x="值"} 1\n',
  },
  { what: 'a percent-encoded space', method: 'PUT', path: '/metrics/job/a%20b', body: 'sp 1\n' },
  {
    what: 'a percent-encoded slash splits',
    method: 'PUT',
    path: '/metrics/job/a%2Fb',
    body: 'sp 1\n',
  },
  {
    what: 'a percent-encoded slash makes a pair',
    method: 'PUT',
    path: '/metrics/job/a%2Fl/v',
    body: 'sl 1\n',
  },
  { what: 'a plus sign stays', method: 'PUT', path: '/metrics/job/a+b', body: 'plus 1\n' },
  { what: 'an odd number of parts', method: 'PUT', path: '/metrics/job/a/instance', body: 'x 1\n' },
  { what: 'a slash at the end', method: 'PUT', path: '/metrics/job/slash/', body: 'x 1\n' },
  { what: 'an empty job', method: 'PUT', path: '/metrics/job/', body: 'x 1\n' },
  { what: 'no job', method: 'PUT', path: '/metrics/job', body: 'x 1\n' },
  { what: 'another first word', method: 'PUT', path: '/metrics/instance/a', body: 'x 1\n' },
  { what: 'two slashes', method: 'PUT', path: '/metrics/job//a', body: 'x 1\n' },
  { what: 'dots', method: 'PUT', path: '/metrics/job/../job/dots', body: 'x 1\n' },
  {
    what: "the alias of the course's URL",
    method: 'PUT',
    path: '/metrics/metrics/job/a',
    body: 'x 1\n',
  },
  { what: 'a label name with =', method: 'PUT', path: '/metrics/job/a/b=c/d', body: 'x 1\n' },
  {
    what: 'a reserved label name',
    method: 'PUT',
    path: '/metrics/job/a/__name__/d',
    body: 'x 1\n',
  },
  {
    what: 'a label called constructor',
    method: 'PUT',
    path: '/metrics/job/p/constructor/d',
    body: 'x_p{toString="1"} 1\n',
  },
  { what: 'the job twice', method: 'PUT', path: '/metrics/job/twice/job/other', body: 'tw 1\n' },
  { what: 'a label twice', method: 'PUT', path: '/metrics/job/twice/l/1/l/2', body: 'tw 1\n' },
  { what: 'a timestamp', method: 'PUT', path: '/metrics/job/time', body: 't 1 1700000000000\n' },
  {
    what: 'a timestamp in an existing group',
    method: 'POST',
    path: '/metrics/job/a',
    body: 't 1 1700000000000\n',
  },
  { what: 'no line feed at the end', method: 'PUT', path: '/metrics/job/lf', body: 'x 1' },
  { what: 'CR LF', method: 'PUT', path: '/metrics/job/crlf', body: 'x 1\r\ny 2\r\n' },
  { what: 'a value that is none', method: 'PUT', path: '/metrics/job/bad', body: 'x abc\n' },
  { what: 'no value', method: 'PUT', path: '/metrics/job/bad', body: 'x\n' },
  {
    what: 'a brace that is not closed',
    method: 'PUT',
    path: '/metrics/job/bad',
    body: 'x{a="b" 1\n',
  },
  {
    what: 'a type twice',
    method: 'PUT',
    path: '/metrics/job/bad',
    body: '# TYPE x counter\n# TYPE x gauge\nx 1\n',
  },
  {
    what: 'help twice',
    method: 'PUT',
    path: '/metrics/job/bad',
    body: '# HELP x counter\n# HELP x gauge\nx 1\n',
  },
  {
    what: 'a type after samples',
    method: 'PUT',
    path: '/metrics/job/bad',
    body: 'x 1\n# TYPE x gauge\n',
  },
  {
    what: 'a type that is none',
    method: 'PUT',
    path: '/metrics/job/bad',
    body: '# TYPE x meter\nx 1\n',
  },
  {
    what: 'a bucket bound that is none',
    method: 'PUT',
    path: '/metrics/job/bad',
    body: '# TYPE x histogram\nx_bucket{le="big"} 1\n',
  },
  { what: 'a name that is none', method: 'PUT', path: '/metrics/job/bad', body: '9x 1\n' },
  {
    what: 'the same series twice',
    method: 'PUT',
    path: '/metrics/job/dup',
    body: 'x_d{a="1"} 1\nx_d{a="1"} 2\n',
  },
  {
    what: 'series that the group makes equal',
    method: 'PUT',
    path: '/metrics/job/dup/a/9',
    body: 'x_d2{a="1"} 1\nx_d2{a="2"} 2\n',
  },
  {
    what: 'the type of another group',
    method: 'PUT',
    path: '/metrics/job/type',
    body: '# TYPE c_total gauge\nc_total 1\n',
  },
  {
    what: 'a counter named as the count of a summary',
    method: 'PUT',
    path: '/metrics/job/suffix',
    body: '# TYPE rpc_count counter\nrpc_count 1\n',
  },
  {
    what: 'a summary whose count is taken',
    method: 'PUT',
    path: '/metrics/job/suffix',
    body: '# TYPE u_count counter\nu_count 1\n',
  },
  {
    what: 'another job with the same help',
    method: 'PUT',
    path: '/metrics/job/a2',
    body: '# TYPE g gauge\ng{x="1"} 3\n',
  },
  {
    what: 'a type changes when the group has it alone',
    method: 'PUT',
    path: '/metrics/job/inst',
    body: '# TYPE v counter\nv 4\n',
  },
  {
    what: 'push_time_seconds is the gateway’s',
    method: 'PUT',
    path: '/metrics/job/pt',
    body: 'push_time_seconds 5\nother 1\n',
  },
  {
    what: 'gzip',
    method: 'PUT',
    path: '/metrics/job/gz',
    body: gzipSync('gz 1\n'),
    headers: { 'Content-Encoding': 'gzip' },
  },
  {
    what: 'gzip that is none',
    method: 'PUT',
    path: '/metrics/job/gz',
    body: 'gz 1\n',
    headers: { 'Content-Encoding': 'gzip' },
  },
  {
    what: 'an unknown encoding',
    method: 'PUT',
    path: '/metrics/job/br',
    body: 'br 1\n',
    headers: { 'Content-Encoding': 'br' },
  },
  {
    what: 'a form, as curl calls it',
    method: 'POST',
    path: '/metrics/job/form',
    body: 'form{a="b"} 1\n',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  },
  {
    what: 'OpenMetrics, read as text',
    method: 'POST',
    path: '/metrics/job/om',
    body: '# TYPE om counter\nom_total 1\n# EOF\n',
    headers: { 'Content-Type': 'application/openmetrics-text' },
  },
  {
    what: 'JSON, which is no text',
    differs: {
      why: 'quoted names came after 1.5',
      status: 400,
      text: `text format parsing error in line 1: expected '=' after label name, found ":"\n`,
    },
    method: 'POST',
    path: '/metrics/job/json',
    body: '{"a":1}\n',
    headers: { 'Content-Type': 'application/json' },
  },
  {
    what: 'big numbers',
    method: 'PUT',
    path: '/metrics/job/num',
    body: 'n{a="1"} 1e21\nn{a="2"} 123456789012\nn{a="3"} 0x10\nn{a="4"} -0\nn{a="5"} 1.7976931348623157e+308\n',
  },
  {
    what: 'escapes',
    method: 'PUT',
    path: '/metrics/job/esc',
    body: '# HELP esc a \\\\ b \\n c\nesc{a="q\\"\\\\\\n"} 1\n',
  },
  {
    what: 'a gap in a histogram',
    method: 'PUT',
    path: '/metrics/job/hgap',
    body: '# TYPE hg histogram\nhg_bucket{le="1"} 1\nhg_sum 2\n',
  },
  {
    what: 'the exporter’s own family with its type',
    method: 'PUT',
    path: '/metrics/job/own',
    body: '# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 3\n',
  },
  {
    what: 'the exporter’s own family with another type',
    method: 'PUT',
    path: '/metrics/job/own',
    body: '# TYPE process_cpu_seconds_total gauge\nprocess_cpu_seconds_total 3\n',
  },
  {
    what: 'PUT takes what is not pushed away',
    method: 'PUT',
    path: '/metrics/job/a/instance/i1',
    body: 'only 1\n',
  },
  { what: 'DELETE', method: 'DELETE', path: '/metrics/job/h/instance/i2' },
  { what: 'DELETE of nothing', method: 'DELETE', path: '/metrics/job/never' },
  { what: 'DELETE with a bad path', method: 'DELETE', path: '/metrics/job/a/b' },
  { what: 'DELETE with bad base64', method: 'DELETE', path: '/metrics/job@base64/%24' },
  { what: 'PATCH', method: 'PATCH', path: '/metrics/job/a', body: 'x 1\n' },
  { what: 'GET of a group', method: 'GET', path: '/metrics/job/a' },
  { what: 'ready', method: 'GET', path: '/-/ready' },
  { what: 'healthy', method: 'GET', path: '/-/healthy' },
  { what: 'quit, not enabled', method: 'POST', path: '/-/quit' },
  { what: 'quit by GET', method: 'GET', path: '/-/quit' },
  { what: 'wipe, not enabled', method: 'PUT', path: '/api/v1/admin/wipe' },
  { what: 'an unknown path', method: 'GET', path: '/nothing/here' },
]
