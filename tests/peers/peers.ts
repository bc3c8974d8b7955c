// Packages that only tests, a benchmark and a generator meet. `npm run peers` installs them; without them whoever
// needs one is skipped, and counted.
import { existsSync } from 'node:fs'

/** Whether `npm run peers` has been run. */
export const hasPeers: boolean = existsSync(new URL('node_modules/express', import.meta.url))

/**
 * A module of `tests/peers/node_modules`.
 * @typeParam T  what of it is used: its own types would have to be installed for everybody
 * @throws Error when it is not installed
 */
export async function peer<T>(name: string): Promise<T> {
  if (!hasPeers) throw new Error(`${name} is not installed; npm run peers`)
  return (await import(name)) as T
}
