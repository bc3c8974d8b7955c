import { expect, test } from 'vitest'
import { type ServerNotification, withNotification } from './notifications.ts'

const of = (kind: string, text: string, active = true): ServerNotification => ({
  kind,
  text,
  date: '2026-01-01T00:00:00Z',
  active,
})

test('a kind is there once, with its newest text, until that text ends', () => {
  const sent = [
    of('down', '1 down'),
    of('config', 'failed'),
    of('down', '1 down', false),
    of('down', '2 down'),
    // The end of an older text that comes late takes nothing away.
    of('down', '1 down', false),
    of('config', 'failed', false),
  ]
  const steps: string[] = []
  sent.reduce<readonly ServerNotification[]>((items, one) => {
    const next = withNotification(items, one)
    steps.push(next.map(({ text }) => text).join(' + '))
    return next
  }, [])
  expect(steps).toEqual([
    '1 down',
    'failed + 1 down',
    'failed',
    '2 down + failed',
    '2 down + failed',
    '2 down',
  ])
})
