// `promtool check config`, ours and Debian's, on the same files: the same verdict. Debian's is version 2.42: where it does not
// know what came later, ours has to say what the vectors of 3.14 say.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { NODE, PHAROS, run, temporaryDirectory } from './process.ts'

const hasPromtool = existsSync('/usr/bin/promtool')
const shared = new URL('../../../shared/conformance/config/', import.meta.url).pathname
const hasVectors = existsSync(shared)

interface Verdict {
  readonly isGood: boolean
  readonly why: string
  readonly more: string
}

/** By file name: whether it passed, with the lines that say why not. */
async function verdicts(
  command: string,
  args: readonly string[],
  files: readonly string[],
): Promise<Map<string, Verdict>> {
  // One stream: what failed is said on the other one, and belongs to the file before it.
  const shell = ['-c', 'exec "$@" 2>&1', 'sh', command, ...args, 'check', 'config', ...files]
  const { output } = await run('/bin/sh', shell)
  const found = new Map<string, Verdict>()
  for (const part of output.split(/^Checking (?=\S+\.ya?ml$)/m).slice(1)) {
    const [path = '', ...lines] = part.split('\n')
    const why = lines.filter((line) => line.includes('FAILED')).join('\n')
    found.set(basename(path), {
      isGood: why === '',
      why: why.trim().slice(0, 300),
      more: lines.join('\n'),
    })
  }
  return found
}

const bothOn = (files: readonly string[]) =>
  Promise.all([
    verdicts(NODE, [PHAROS, 'promtool'], files),
    verdicts('/usr/bin/promtool', [], files),
  ])

/** What people get wrong, and what they get right; none of it is newer than 2.42. */
const OWN: Readonly<Record<string, string>> = {
  'empty.good': '',
  'comment.good': '# nothing\n',
  'self.good': 'scrape_configs: [{job_name: a, static_configs: [{targets: ["h:1"]}]}]\n',
  'https.good':
    'scrape_configs: [{job_name: a, scheme: https, tls_config: {insecure_skip_verify: true}}]\n',
  'rules.good': 'rule_files: [rules/*.yml]\n',
  'file-sd.good': 'scrape_configs: [{job_name: a, file_sd_configs: [{files: [targets.json]}]}]\n',
  'no-file-sd.good': 'scrape_configs: [{job_name: a, file_sd_configs: [{files: ["no*.json"]}]}]\n',
  'relabel.good':
    'scrape_configs: [{job_name: a, relabel_configs: [{source_labels: [a], regex: "(.+)-(.*)", target_label: b, replacement: "$2"}]}]\n',
  'hashmod.good':
    'scrape_configs: [{job_name: a, relabel_configs: [{source_labels: [__address__], modulus: 4, target_label: t, action: hashmod}]}]\n',
  'write.good': 'remote_write: [{url: "http://h/w", queue_config: {max_shards: 3}}]\n',
  'am.good': 'alerting: {alertmanagers: [{static_configs: [{targets: ["h:9093"]}]}]}\n',
  'durations.good': 'global: {scrape_interval: 1m30s, evaluation_interval: 1d2h}\n',
  'basic-auth.good': 'scrape_configs: [{job_name: a, basic_auth: {username: u, password: p}}]\n',
  'external.good': 'global: {external_labels: {a: b, c: 012, d: yes}}\n',
  'tab.bad': 'global:\n\tscrape_interval: 5s\n',
  'open-quote.bad': 'global: {scrape_interval: "5s}\n',
  'unknown-key.bad': 'global: {scrape_intervall: 5s}\n',
  'unknown-top.bad': 'scrape_config: []\n',
  'bad-duration.bad': 'global: {scrape_interval: 5 minutes}\n',
  'no-unit.bad': 'global: {scrape_interval: 5}\n',
  'timeout.bad': 'scrape_configs: [{job_name: a, scrape_interval: 1s, scrape_timeout: 2s}]\n',
  'no-name.bad': 'scrape_configs: [{metrics_path: /m}]\n',
  'twice.bad': 'scrape_configs: [{job_name: a}, {job_name: a}]\n',
  'null-job.bad': 'scrape_configs: [null]\n',
  'scheme.bad': 'scrape_configs: [{job_name: a, static_configs: [{targets: ["http://h/"]}]}]\n',
  'regex.bad': 'scrape_configs: [{job_name: a, relabel_configs: [{regex: "(", action: keep}]}]\n',
  'action.bad': 'scrape_configs: [{job_name: a, relabel_configs: [{action: replce}]}]\n',
  'no-target.bad': 'scrape_configs: [{job_name: a, relabel_configs: [{source_labels: [a]}]}]\n',
  'no-modulus.bad':
    'scrape_configs: [{job_name: a, relabel_configs: [{source_labels: [a], target_label: b, action: hashmod}]}]\n',
  'lookahead.bad':
    'scrape_configs: [{job_name: a, relabel_configs: [{source_labels: [a], regex: "(?!x)y", target_label: b}]}]\n',
  'two-auths.bad':
    'scrape_configs: [{job_name: a, bearer_token: x, basic_auth: {username: u, password: p}}]\n',
  'two-passwords.bad':
    'scrape_configs: [{job_name: a, basic_auth: {username: u, password: p, password_file: f}}]\n',
  'no-tls-file.bad':
    'scrape_configs: [{job_name: a, tls_config: {cert_file: no.pem, key_file: no.key}}]\n',
  'rule-glob.bad': 'rule_files: ["a*/b.yml"]\n',
  'bad-rules.bad': 'rule_files: [broken.rules]\n',
  'no-url.bad': 'remote_write: [{name: a}]\n',
  'authorization-header.bad': 'remote_write: [{url: "http://h/w", headers: {Authorization: x}}]\n',
  'am-version.bad':
    'alerting: {alertmanagers: [{api_version: v3, static_configs: [{targets: ["h:1"]}]}]}\n',
  'list-for-map.bad': 'global: [a]\n',
  'map-for-list.bad': 'scrape_configs: {job_name: a}\n',
  'targets-text.bad': 'scrape_configs: [{job_name: a, static_configs: [{targets: "h:1"}]}]\n',
  'bad-sd-file.bad': 'scrape_configs: [{job_name: a, file_sd_configs: [{files: [broken.json]}]}]\n',
  'sd-ending.bad': 'scrape_configs: [{job_name: a, file_sd_configs: [{files: [targets.txt]}]}]\n',
  'dns-port.bad': 'scrape_configs: [{job_name: a, dns_sd_configs: [{names: [n], type: A}]}]\n',
}

test.skipIf(!hasPromtool)(
  'files of our own: the same verdict, and that of their name',
  async () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'rules'))
    writeFileSync(
      join(directory, 'rules/a.yml'),
      'groups: [{name: a, rules: [{record: b, expr: c}]}]\n',
    )
    writeFileSync(
      join(directory, 'broken.rules'),
      'groups: [{name: a, rules: [{record: b, expr: "c{"}]}]\n',
    )
    writeFileSync(join(directory, 'targets.json'), '[{"targets":["h:1"]}]')
    writeFileSync(join(directory, 'broken.json'), '[{"targets":')
    const files = Object.entries(OWN).map(([name, text]) => {
      const path = join(directory, `${name}.yml`)
      writeFileSync(path, text)
      return path
    })
    const [ours, theirs] = await bothOn(files)
    const wrong: string[] = []
    for (const name of Object.keys(OWN)) {
      const file = `${name}.yml`
      const [our, their] = [ours.get(file), theirs.get(file)]
      const wants = name.endsWith('.good')
      if (their?.isGood !== wants) wrong.push(`${name}: Debian's says ${their?.why ?? 'nothing'}`)
      if (our?.isGood !== wants) wrong.push(`${name}: ours says ${our?.why ?? 'nothing'}`)
    }
    expect(wrong).toEqual([])
  },
)

interface VectorCase {
  readonly file: string
  readonly ok?: boolean
  readonly error_contains?: string
  readonly other_expectations?: readonly { readonly ok?: boolean; readonly agent?: boolean }[]
}

/** Undefined where the vectors only know what 2.42 says. */
function isGoodIn(one: VectorCase): boolean | undefined {
  const { ok, error_contains, other_expectations } = one
  if (ok !== undefined || error_contains !== undefined) return ok === true
  return other_expectations?.some((one) => one.ok === true && one.agent !== true)
}

test.skipIf(!hasPromtool || !hasVectors)(
  "the reference's own files: the same verdict, or that of a later version",
  async () => {
    const { cases } = JSON.parse(readFileSync(join(shared, 'load.json'), 'utf8')) as {
      cases: readonly VectorCase[]
    }
    const expected = new Map(cases.map((one) => [basename(one.file), isGoodIn(one)]))
    const directory = join(shared, 'prometheus')
    const files = readdirSync(directory)
      .filter((name) => name.endsWith('.yml'))
      .map((name) => join(directory, name))
    const [ours, theirs] = await bothOn(files)
    let agreed = 0
    const wrong: string[] = []
    for (const path of files) {
      const file = basename(path)
      const [our, their] = [ours.get(file), theirs.get(file)]
      if (our === undefined || their === undefined) wrong.push(`${file} was not checked`)
      else if (our.isGood === their.isGood) agreed++
      // Version 1 of Alertmanager's API went with 3.0.
      else if (file === 'config_with_deprecated_am_api_config.yml') continue
      else if (expected.get(file) !== our.isGood && !/field \S+ not found in type/.test(their.more))
        wrong.push(`${file}: ours ${our.why}, Debian's ${their.why}`)
    }
    expect(wrong).toEqual([])
    expect(agreed).toBeGreaterThanOrEqual(155)
    console.log(`${agreed} of ${files.length} verdicts are the same, the others are those of 3.14`)
  },
)
