import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { ChunkPool, ChunkWriter } from './chunk-writer.ts'
import { jsonLabels } from './json-text.ts'
import { LabelBytes } from './label-bytes.ts'
import { LABEL_PAIRS } from './limits.ts'

const pool = new ChunkPool()

test('label sets are the same bytes as texts of them, known or not', () => {
  const bytes = new LabelBytes()
  const written = (labels: Labels): string => {
    const out = new ChunkWriter(pool)
    bytes.write(labels, out)
    return Buffer.concat([...out.rest()]).toString()
  }
  const sets = [
    Labels.EMPTY,
    Labels.from({ __name__: 'up', job: 'x' }),
    Labels.from({ __proto__x: 'a"b\\c\n', 'ä b': '\u{1f600}<&>', toString: '\u{2028}' }),
    Labels.from({ long: 'y'.repeat(5000) }),
  ]
  for (let round = 0; round < 3; round++) {
    for (const labels of sets) expect(written(labels)).toBe(jsonLabels(labels))
    // More pairs than are kept.
    for (let i = 0; i < LABEL_PAIRS; i++) {
      const labels = Labels.from({ pod: `p${i}`, round: String(round) })
      if (i % 97 === 0) expect(written(labels)).toBe(jsonLabels(labels))
      else written(labels)
    }
  }
})
