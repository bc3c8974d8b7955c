// `npm run sim -- --seeds 1000`: as many stories of each of STORIES, in one process. `--full`: instead of
// stories, all simulations of tests/sim once for each seed with every operation of the disk failing or losing power in turn
// (SIM_FULL), minutes a seed. `--first 7` starts at that seed. Stops at the first seed that fails. `--kills 200`: no
// simulation but a real server under ingest, killed so many times (tests/e2e/crash.test.ts).
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const STORIES = ['tests/sim/tsdb-seeds.test.ts', 'tests/sim/tsdb-downsampling.test.ts']

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    first: { type: 'string', default: '1' },
    full: { type: 'boolean', default: false },
    kills: { type: 'string' },
  },
})
const first = Number(values.first)
const last = first + Number(values.seeds) - 1
if (!Number.isInteger(first) || !Number.isInteger(last) || last < first) {
  console.error('usage: npm run sim -- [--seeds COUNT] [--first SEED] [--full] | --kills COUNT')
  process.exit(2)
}
if (values.kills !== undefined) {
  const env = { ...process.env, ROUNDS: values.kills }
  const args = ['run', '--config', 'vitest.e2e.config.ts', 'tests/e2e/crash', '--reporter=default']
  process.exit(spawnSync('vitest', args, { env, stdio: 'inherit' }).status ?? 1)
}
if (!values.full) {
  const env = { ...process.env, SEED: String(first), SEEDS: String(last - first + 1) }
  const args = ['run', ...STORIES, '--reporter=default']
  process.exit(spawnSync('vitest', args, { env, stdio: 'inherit' }).status ?? 1)
}
for (let seed = first; seed <= last; seed++) {
  const env = { ...process.env, SEED: String(seed), SIM_FULL: '1' }
  const args = ['run', 'tests/sim', '--testTimeout=3600000', '--reporter=dot']
  const { status } = spawnSync('vitest', args, { env, stdio: 'inherit' })
  console.log(`seed ${seed}: ${status === 0 ? 'passed' : 'FAILED'}`)
  if (status !== 0) process.exit(1)
}
