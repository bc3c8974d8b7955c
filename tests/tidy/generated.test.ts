// Generated files are what their scripts make of their sources today.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { hasPeers } from '../peers/peers.ts'
import { compiledModule, MODULE_PATH } from '../../scripts/kernel.ts'

test.skipIf(!hasPeers)(
  'packages/kernel/src/module.gen.ts is the compiled packages/kernel/assembly',
  async () => {
    const committed = readFileSync(MODULE_PATH, 'utf8')
    expect(committed === (await compiledModule()), 'run `npm run kernel`').toBe(true)
  },
  60_000,
)
