// The small size of every benchmark runs with the tests, so that none of them rots.
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Bench } from './measure.ts'

for (const file of readdirSync(new URL('.', import.meta.url)).filter((name) =>
  name.endsWith('.bench.ts'),
)) {
  test(`bench ${file} runs in its smoke size and its checks hold`, async () => {
    const { bench } = (await import(`./${file}`)) as { bench: Bench }
    expect((await bench.run('smoke')).length).toBeGreaterThan(0)
  })
}
