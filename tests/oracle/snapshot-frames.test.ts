// Frames as JSON, both ways: what we write into a snapshot is read by the reference, and what it writes is read by us.
import { frameJson, frameOfJson } from '@pharos/dashboards/snapshot'
import { expect, test } from 'vitest'
import { series, shownOurs, shownTheirs, table, toOracle } from './generated-frames.ts'
import { hasOracle, loadOracle } from './oracle.ts'
import { seededRandom } from './seeded-random.ts'

const ROUNDS = 300

test.skipIf(!hasOracle)(
  'frames of a snapshot are the same in the reference, and its own here',
  () => {
    const oracle = loadOracle()
    const { seed, random } = seededRandom()
    for (let round = 0; round < ROUNDS; round++) {
      const length = Math.floor(random() * 8)
      const frame = random() < 0.5 ? series(random, 'A', length) : table(random, 'A', length)
      const shown = shownOurs([frame])
      const ours: unknown = JSON.parse(JSON.stringify(frameJson(frame)))
      expect(shownTheirs(oracle, [oracle.dataFrameFromJSON(ours)])).toBe(shown)
      // The reference itself writes a NaN of its own making as nothing.
      const theirs = JSON.stringify(oracle.dataFrameToJSON(toOracle(frame)))
      expect(shownOurs([frameOfJson(JSON.parse(theirs))])).toBe(shown.replaceAll('NaN', '-'))
    }
    console.log(`snapshot frames: seed ${seed}, ${ROUNDS} both ways`)
  },
)
