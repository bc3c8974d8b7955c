import { simWorld } from '@pharos/base/sim'
import type { Disk } from '@pharos/base'
import { expect, test } from 'vitest'
import { checkConfig } from './check-config.ts'
import { loadConfigFile } from './config-file.ts'
import { checkWebConfig } from './web-config.ts'

async function diskWith(files: Readonly<Record<string, string>>): Promise<Disk> {
  const { disk } = simWorld()
  await disk.makeDirectory('/etc/sd')
  for (const [path, text] of Object.entries(files))
    await disk.writeFileAtomic(path, new TextEncoder().encode(text))
  return disk
}

const FILE = '/etc/p.yml'

test('a valid file is told valid in the words of promtool', async () => {
  const disk = await diskWith({
    [FILE]:
      'rule_files: [r*.yml]\nscrape_configs: [{job_name: a, file_sd_configs: [{files: [sd/x.json]}]}]\n',
    '/etc/r1.yml': 'groups: []\n',
  })
  expect(await checkConfig(FILE, { disk })).toEqual({
    isValid: true,
    output: `Checking /etc/p.yml
  WARNING: file "/etc/sd/x.json" for file_sd in scrape job "a" does not exist
  SUCCESS: 1 rule files found
 SUCCESS: /etc/p.yml is valid prometheus config file syntax

`,
    errors: '',
    ruleFiles: ['/etc/r1.yml'],
  })
})

test('every mistake is told, and what is not there', async () => {
  const check = async (files: Record<string, string>, message: string): Promise<void> => {
    const { isValid, errors } = await checkConfig(FILE, { disk: await diskWith(files) })
    expect(isValid).toBe(false)
    expect(errors).toContain(message)
  }
  const job = (rest: string): string => `scrape_configs: [{job_name: a, ${rest}}]\n`
  await check(
    { [FILE]: 'a: 1\nb: 2\n' },
    '  FAILED: /etc/p.yml:1:1: unknown key a\n          /etc/p.yml:2:1:',
  )
  await check({}, 'FAILED: ')
  await check({ [FILE]: 'rule_files: [x.yml]' }, '"/etc/x.yml" does not point to an existing file')
  await check(
    { [FILE]: job('authorization: {credentials_file: c}') },
    'error checking authorization credentials',
  )
  await check(
    { [FILE]: job('static_configs: [{targets: [""]}]') },
    'instance 0 in group 0: no address',
  )
  const withTargets = job('file_sd_configs: [{files: ["sd/*.json"]}]')
  await check({ [FILE]: withTargets, '/etc/sd/a.json': '[{"targets": 1}]' }, 'wants a list, has 1')
  await check({ [FILE]: withTargets, '/etc/sd/a.json': '[{"targets": [""]}]' }, 'no address')
})

test('scrape configurations from other files are added, their mistakes name their file', async () => {
  const main = 'global: {scrape_interval: 7s}\nscrape_config_files: ["sd/*.yml"]\n'
  const good = await diskWith({
    [FILE]: main,
    '/etc/sd/a.yml': 'scrape_configs: [{job_name: x}]\n',
  })
  const config = await loadConfigFile(FILE, { disk: good })
  expect(config.scrapeConfigs.map((job) => [job.jobName, job.scrapeIntervalMs])).toEqual([
    ['x', 7000],
  ])
  expect(config.notImplemented).toEqual([])
  const bad = await diskWith({ [FILE]: main, '/etc/sd/a.yml': 'scrape_configs: [{job: x}]\n' })
  await expect(loadConfigFile(FILE, { disk: bad })).rejects.toThrow(
    '/etc/sd/a.yml:1:19: scrape_configs[0]: unknown key job',
  )
})

test('bytes that are no text are refused', async () => {
  const { disk } = simWorld()
  await disk.makeDirectory('/etc')
  await disk.writeFileAtomic(FILE, Uint8Array.of(0xff, 0xfe))
  await expect(loadConfigFile(FILE, { disk })).rejects.toThrow('/etc/p.yml:1:1: not UTF-8 text')
})

test('a web file names files that are there', async () => {
  const text = 'tls_server_config: {cert_file: c.pem, key_file: k.pem}\n'
  const half = await diskWith({ [FILE]: text, '/etc/c.pem': '' })
  expect((await checkWebConfig(FILE, half)).errors).toContain('open /etc/k.pem: no such file')
  const whole = await diskWith({ [FILE]: text, '/etc/c.pem': '', '/etc/k.pem': '' })
  expect((await checkWebConfig(FILE, whole)).output).toBe('/etc/p.yml SUCCESS\n')
})
