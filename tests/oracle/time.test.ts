import { expect, test } from 'vitest'
import { parseTime, roundInterval, UTC, zoneOf } from '@pharos/dashboards'
import { pick } from './generated-frames.ts'
import { hasOracle, loadOracle } from './oracle.ts'
import { seededRandom } from './seeded-random.ts'

const ZONES = ['utc', 'Europe/Berlin', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe']

test.skipIf(!hasOracle)('time maths lands where the reference lands, in every zone', () => {
  const oracle = loadOracle()
  const { seed, random } = seededRandom()
  const wrong: string[] = []
  let compared = 0
  for (let round = 0; round < 3000; round++) {
    const zone = pick(random, ZONES)
    const nowMs = 1_600_000_000_000 + Math.floor(random() * 2e11)
    const step = (): string => {
      const unit = pick(random, ['s', 'm', 'h', 'd', 'w', 'M', 'y'])
      return random() < 0.35
        ? `/${pick(random, [unit, 'fQ', 'fy'])}`
        : `${pick(random, ['-', '+'])}${1 + Math.floor(random() * 40)}${unit}`
    }
    const text = `now${Array.from({ length: 1 + Math.floor(random() * 3) }, step).join('')}`
    const roundUp = random() < 0.5
    const theirs = oracle.dateMath
      .toDateTime(text, { roundUp, timezone: zone, now: new Date(nowMs), fiscalYearStartMonth: 3 })
      ?.valueOf()
    const ours = parseTime(
      text,
      { nowMs, zone: zone === 'utc' ? UTC : zoneOf(zone), fiscalYearStartMonth: 3 },
      roundUp ? 'up' : 'down',
    )
    compared++
    if (ours !== theirs)
      wrong.push(
        `${text} at ${new Date(nowMs).toISOString()} in ${zone} ${roundUp ? 'up' : 'down'}: ${ours === undefined ? 'none' : new Date(ours).toISOString()}, not ${theirs === undefined ? 'none' : new Date(theirs).toISOString()}`,
      )
  }
  for (let i = 0; i < 3000; i++) {
    const ms = 10 ** (random() * 12)
    compared++
    if (roundInterval(ms) !== oracle.rangeUtil.roundInterval(ms))
      wrong.push(`round ${ms}: ${roundInterval(ms)}, not ${oracle.rangeUtil.roundInterval(ms)}`)
  }
  console.log(`time: seed ${seed}, ${compared} compared, ${wrong.length} differ`)
  expect(wrong.slice(0, 10).join('\n')).toBe('')
})
