import { SimClock } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { NOTICE_LOOK_MS } from './limits.ts'
import { type Notice, NotificationBoard } from './notification-board.ts'
import { recentFailures } from './notices.ts'

function boardOf(subscribersMax = 2) {
  const clock = new SimClock(Date.UTC(2026, 0, 1))
  let notices: readonly Notice[] = []
  const board = new NotificationBoard({ clock, look: () => notices, subscribersMax })
  return { clock, board, set: (...now: Notice[]) => void (notices = now) }
}

const DOWN: Notice = { kind: 'targets-down', text: '1 of 2 targets are down.', count: 1 }

test('a subscriber is told what is, and then each change with the time at which it began', async () => {
  const { clock, board, set } = boardOf()
  set(DOWN)
  const told: string[] = []
  board.subscribe(
    ({ text, date, active }) => told.push(`${date.slice(11, 19)} ${active} ${text}`),
    () => told.push('end'),
  )
  board.start()
  expect(told).toEqual(['00:00:00 true 1 of 2 targets are down.'])
  set({ ...DOWN, text: '2 of 2 targets are down.', count: 2 })
  await clock.advance(NOTICE_LOOK_MS)
  set({ kind: 'read-only', text: 'R' })
  await clock.advance(NOTICE_LOOK_MS)
  board.close()
  expect(told.slice(1)).toEqual([
    '00:00:00 false 1 of 2 targets are down.',
    '00:00:00 true 2 of 2 targets are down.',
    '00:00:00 false 2 of 2 targets are down.',
    '00:00:04 true R',
    'end',
  ])
})

test('there are no more subscribers than may be, and none after the end', () => {
  const { board } = boardOf(2)
  const nothing = (): void => {}
  const leave = board.subscribe(nothing, nothing)
  expect(board.subscribe(nothing, nothing)).toBeDefined()
  expect(board.subscribe(nothing, nothing)).toBeUndefined()
  leave?.()
  expect(board.subscribe(nothing, nothing)).toBeDefined()
  board.close()
  expect(board.subscribe(nothing, nothing)).toBeUndefined()
})

test('failures are those of the last five minutes', async () => {
  const clock = new SimClock(0)
  let total = 0
  const failures = recentFailures(clock, () => total)
  total = 3
  expect(failures()).toBe(3)
  await clock.advance(200_000)
  total = 4
  expect(failures()).toBe(4)
  await clock.advance(200_000)
  expect(failures()).toBe(1)
  await clock.advance(200_000)
  expect(failures()).toBe(0)
})
