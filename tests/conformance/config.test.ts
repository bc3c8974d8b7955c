import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRealDisk } from '@pharos/base/node'
import {
  checkConfig,
  checkWebConfig,
  ConfigErrors,
  loadConfig,
  loadConfigFile,
  loadHttpConfig,
  readTargetFile,
} from '@pharos/config'
import { messageOf } from '@pharos/base'
import { expect, test } from 'vitest'

const shared = new URL('../../../shared/conformance/', import.meta.url)
const directory = new URL('config/', shared)
const isMissing = !existsSync(directory)

interface Expectation {
  readonly ok?: boolean
  readonly error_contains?: string
  readonly agent?: boolean
}

interface LoadCase extends Expectation {
  readonly file: string
  readonly other_expectations?: readonly Expectation[]
}

/**
 * The reference's words that are its language's or its parser's own, and ours for the same reason. All other
 * reasons are contained in our messages word for word.
 */
const OUR_WORDS: Readonly<Record<string, string>> = {
  'field foo not found in type kubernetes.plain': 'namespaces: unknown key foo',
  'field scrape_configs already set in type config.plain': 'key scrape_configs is already set',
  'field consult_sd_configs not found in type':
    'unknown key consult_sd_configs; did you mean consul_sd_configs?',
  'field nonexistent_field not found in type config.plain': 'unknown key nonexistent_field',
  'unmarshal errors': 'wants text, has a list',
}

function reasonOf(expected: string): string {
  return OUR_WORDS[expected] ?? expected.replace(/^parsing YAML file [^:]+: /, '')
}

function textOf(file: string): string {
  return readFileSync(new URL(file, directory), 'utf8')
}

function mistakesOf(load: () => unknown): string | undefined {
  try {
    load()
    return undefined
  } catch (error) {
    if (!(error instanceof ConfigErrors)) throw error
    return error.message
  }
}

test.skipIf(isMissing)(
  'configurations load or fail with the reason of all 228 expectations',
  () => {
    const { cases } = JSON.parse(textOf('load.json')) as { readonly cases: readonly LoadCase[] }
    let passed = 0
    for (const one of cases) {
      const hasOwn = one.ok === true || one.error_contains !== undefined
      const expectations = [...(hasOwn ? [one] : []), ...(one.other_expectations ?? [])]
      for (const { error_contains, agent } of expectations) {
        const message = mistakesOf(() =>
          loadConfig(textOf(one.file), {
            file: 'f.yml',
            baseDirectory: 'testdata',
            isAgent: agent ?? false,
          }),
        )
        if (error_contains === undefined) expect(message, one.file).toBeUndefined()
        else expect(message, one.file).toContain(reasonOf(error_contains))
        // Every line says where.
        for (const line of message?.split('\n') ?? []) expect(line).toMatch(/^f\.yml:\d+:\d+: /)
        passed++
      }
    }
    expect(passed).toBe(228)
  },
)

test.skipIf(isMissing)(
  'files without expectation in load.json are judged as the reference does',
  async () => {
    // From the reference's own further tests: scrape configs from files, name schemes, old API versions.
    const verdicts: Readonly<Record<string, string>> = {
      'config_with_deprecated_am_api_config.yml':
        'expected Alertmanager api version to be one of [v2] but got v1',
      'otlp_allow_utf8.bad.yml': 'unsupported OTLP translation strategy "Invalid"',
      'otlp_allow_utf8.incompatible.yml': 'is not allowed when UTF8 is disabled',
      'otlp_no_translation.incompatible.yml': 'is not allowed when UTF8 is disabled',
      'scrape_config_default_validation_mode.yml': '',
      'scrape_config_files.bad.yml': 'scrape timeout greater than scrape interval',
      'scrape_config_files_double_import.bad.yml':
        'found multiple scrape configs with job name "prometheus"',
      'scrape_config_files_duplicate.bad.yml':
        'found multiple scrape configs with job name "prometheus", first found in main config file',
      'scrape_config_files_global.bad.yml': 'scrape timeout greater than scrape interval',
      'scrape_config_files_global_duplicate.bad.yml':
        'found multiple scrape configs with job name "prometheus"',
      'scrape_config_global_validation_mode.yml': '',
      'scrape_config_local_global_validation_mode.yml': '',
      'scrape_config_local_infer_escaping.yml': '',
      'scrape_config_local_validation_mode.yml': '',
    }
    const disk = createRealDisk()
    for (const [name, reason] of Object.entries(verdicts)) {
      const file = new URL(`prometheus/${name}`, directory).pathname
      const checked = await checkConfig(file, { disk })
      expect(checked.isValid, name).toBe(reason === '')
      expect(checked.errors, name).toContain(reason)
    }
  },
)

/** Mechanisms of the examples that discover here. */
const DISCOVERIES = ['docker', 'dockerswarm', 'kubernetes']

test.skipIf(isMissing)(
  'all 20 example configurations load, what has no component is named, and nothing else',
  async () => {
    const disk = createRealDisk()
    const names = readdirSync(new URL('examples/', directory)).filter((name) =>
      name.startsWith('prometheus'),
    )
    for (const name of names) {
      const file = new URL(`examples/${name}`, directory).pathname
      const config = await loadConfigFile(file, { disk })
      const mechanism = /^prometheus-(.*)\.yml$/.exec(name)?.[1]
      const others = ['agent', 'otlp', undefined]
      if (others.includes(mechanism)) continue
      expect(
        config.notImplemented.some(({ path }) => path.includes(`${mechanism}_sd_configs`)),
        name,
      ).toBe(!DISCOVERIES.includes(mechanism!))
    }
    expect(names.length).toBe(20)
  },
)

test.skipIf(isMissing)('all 48 HTTP client and TLS files are judged as the reference does', () => {
  const names = readdirSync(new URL('common_http/', directory))
  // Its token file does not exist, which shows only when a request is made.
  const valid = ['http.conf.invalid-bearer-token-file.bad.yml']
  const invalid = /\.bad\.|bad-username/
  for (const name of names) {
    const text = textOf(`common_http/${name}`)
    const indented = `tls_config:\n  ${text.trimEnd().replaceAll('\n', '\n  ')}\n`
    const whole = name.startsWith('tls_config') && text.trim() !== '' ? indented : text
    const load = (): unknown => loadHttpConfig(whole, { file: name, baseDirectory: '/etc' })
    if (invalid.test(name) && !valid.includes(name)) expect(load, name).toThrow(ConfigErrors)
    else expect(load, name).not.toThrow()
  }
  expect(names.length).toBe(48)
})

const WEB_REASONS: Readonly<Record<string, string>> = {
  'web_config_auth_clientCAs_invalid.bad.yml':
    "client CA's have been configured without a Client Auth Policy",
  'web_config_auth_user_list_invalid.bad.yml': 'hashedSecret too short to be a bcrypted password',
  'web_config_headers_content_type_options.bad.yml': 'invalid value for',
  'web_config_headers_extra_header.bad.yml': 'HTTP header "Content-Type" can not be configured',
  'web_config_headers_frame_options.bad.yml': 'invalid value for',
  'web_config_junk.yml': 'wants a mapping',
  'web_config_junk_key.yml': 'unknown key cert_filse; did you mean cert_file?',
  'web_config_noAuth.bad.yml': "client CA's have been configured without a Client Auth Policy",
  'web_config_noAuth_certPath_empty.bad.yml': 'missing one of cert or cert_file',
  'web_config_noAuth_certPath_invalid.bad.yml': 'no such file',
  'web_config_noAuth_certPath_keyPath_empty.bad.yml': 'missing one of cert or cert_file',
  'web_config_noAuth_certPath_keyPath_invalid.bad.yml': 'no such file',
  'web_config_noAuth_cert_empty.bad.yml': 'missing one of cert or cert_file',
  'web_config_noAuth_inventedCiphers.bad.yml': 'unknown cipher',
  'web_config_noAuth_inventedCurves.bad.yml': 'unknown curve',
  'web_config_noAuth_keyPath_empty.bad.yml': 'missing one of key or key_file',
  'web_config_noAuth_keyPath_invalid.bad.yml': 'no such file',
  'web_config_noAuth_key_empty.bad.yml': 'missing one of key or key_file',
  'web_config_noAuth_noHTTP2Cipher.bad.yml': 'TLSConfig.CipherSuites is missing an HTTP/2-required',
  'web_config_noAuth_wrongTLSVersion.bad.yml': 'unknown TLS version',
}

test.skipIf(isMissing)('all 39 web files are judged as the reference does', async () => {
  // Nobody can connect with these, but they are valid; that is seen in the handshake.
  const inHandshake = [
    'web_config_auth_client_san.bad.yaml',
    'web_config_auth_clientCAs_missing.bad.yml',
  ]
  const real = createRealDisk()
  // The certificates lie with the reference, not here: the files that its good cases name are there for us.
  const there = /\/(server\.crt|server\.key|[a-z0-9_]+\.pem)$/
  const disk = {
    ...real,
    stat: (path: string) => real.stat(there.test(path) ? directory.pathname : path),
  }
  const names = readdirSync(new URL('web/', directory))
  for (const name of names) {
    const checked = await checkWebConfig(new URL(`web/${name}`, directory).pathname, disk)
    const reason = WEB_REASONS[name]
    expect(checked.isValid, `${name}: ${checked.errors}`).toBe(reason === undefined)
    if (reason !== undefined) expect(checked.errors, name).toContain(reason)
    const looksBad = /bad|junk/.test(name) && !inHandshake.includes(name)
    expect(reason !== undefined, name).toBe(looksBad)
  }
  expect(names.length).toBe(39)
})

test.skipIf(isMissing)('all 6 target files are read or refused as the reference does', () => {
  const fixtures = new URL('discovery/file/fixtures/', shared)
  const names = readdirSync(fixtures)
  for (const name of names) {
    const text = readFileSync(new URL(name, fixtures), 'utf8')
    let groups = 0
    let message = ''
    try {
      groups = readTargetFile(text, name).length
    } catch (error) {
      message = messageOf(error)
    }
    if (name.startsWith('invalid')) expect(message, name).toContain('nil target group item found')
    else expect(groups, name).toBe(name === 'valid2.yml' ? 3 : 2)
  }
  expect(names.length).toBe(6)
})
