import { expect, test } from 'vitest'
import { filesystemsOf, hostQueries } from './host-queries.ts'

const WORDS = {
  load1: '1',
  load5: '5',
  load15: '15',
  used: 'Used',
  cache: 'Cache',

  received: 'In',
  sent: 'Out',
  read: 'R',
  written: 'W',
}

test('the instance is quoted and rates look over at least a minute', () => {
  const { cpu, network } = hostQueries('a"b:9100', 5, WORDS)
  expect(cpu[0]?.expr).toBe(
    'avg by (mode) (rate(node_cpu_seconds_total{instance="a\\"b:9100",mode!="idle"}[1m]))',
  )
  expect(hostQueries('a', 360, WORDS).network[0]?.expr).toContain('[24m]')
  expect(network.map(({ name }) => name)).toEqual(['In', 'Out'])
})

test('file systems are joined by their mount point, the fullest first', () => {
  const sample = (kind: string, mountpoint: string, value: string) => ({
    metric: { __name__: `node_filesystem_${kind}_bytes`, mountpoint, device: 'd' },
    value: [0, value] as const,
  })
  const list = filesystemsOf([
    sample('size', '/', '100'),
    sample('avail', '/', '80'),
    sample('size', '/data', '100'),
    sample('avail', '/data', '5'),
    sample('size', '/lost', '100'),
    sample('size', '/empty', '0'),
    sample('avail', '/empty', '0'),
  ])
  expect(list.map(({ mountpoint, freeBytes }) => [mountpoint, freeBytes])).toEqual([
    ['/data', 5],
    ['/', 80],
  ])
})
