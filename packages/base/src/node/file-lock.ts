// A lock file that outlives a crash of its owner without blocking the next one. Node has no flock, so the
// file says who holds it, `<pid> <start of that process> <boot id> <token>`, and whoever finds an owner that
// is no more takes the lock over. The file is made aside and linked into place: it is never seen half written.
//
// Two processes may find the same dead owner. Taking over therefore happens under a guard that the kernel
// gives back at once when its holder dies: listening on an abstract unix socket named after the lock.
// Owners in another PID namespace cannot be seen: two containers on one volume are not kept apart.
import { createHash, randomBytes } from 'node:crypto'
import { promises, readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { messageOf, OutsideError } from '../errors.ts'
import { diskError } from './disk-error.ts'
import { realClock } from './real-clock.ts'

const TRIES = 50
const RETRY_MS = 20

interface Owner {
  readonly pid: number
  readonly startTicks: string
  readonly bootId: string
}

/** See Disk.lock. */
export async function lockFile(path: string): Promise<{ release(): Promise<void> }> {
  const record = ownRecord()
  try {
    await take(path, record)
  } catch (error) {
    throw diskError('lock', path, error)
  }
  return {
    async release() {
      if ((await textOf(path)) === record) await promises.rm(path, { force: true })
    },
  }
}

async function take(path: string, record: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (await linkRecord(path, record)) return
    const found = await textOf(path)
    if (found === undefined) continue
    refuseIfHeld(path, found)
    const guard = await takeoverGuard(path)
    if (guard === undefined) {
      await realClock.sleep(RETRY_MS)
      continue
    }
    try {
      // Somebody may have taken over between our look and the guard: look again, under the guard.
      const still = await textOf(path)
      if (still !== undefined) {
        refuseIfHeld(path, still)
        await promises.rm(path, { force: true })
      }
    } finally {
      guard.release()
    }
  }
  throw new OutsideError('disk/locked', `lock ${path}: others kept taking it`)
}

function refuseIfHeld(path: string, text: string): void {
  const owner = ownerIn(text)
  if (owner === undefined || !isAlive(owner)) return
  throw new OutsideError('disk/locked', `lock ${path}: held by process ${owner.pid}`)
}

/** True when the lock is ours now, false when the file exists. */
async function linkRecord(path: string, record: string): Promise<boolean> {
  const aside = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`
  try {
    await promises.writeFile(aside, record, { flag: 'wx' })
    await promises.link(aside, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await promises.rm(aside, { force: true })
  }
}

function takeoverGuard(path: string): Promise<{ release(): void } | undefined> {
  const real = join(realpathSync(dirname(path)), basename(path))
  const name = createHash('sha256').update(real).digest('hex').slice(0, 32)
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(`\0pharos-lock-${name}`, () => resolve({ release: () => void server.close() }))
  })
}

function ownRecord(): string {
  const start = startOf(process.pid) ?? '0'
  return `${process.pid} ${start} ${bootId()} ${randomBytes(8).toString('hex')}\n`
}

function ownerIn(text: string): Owner | undefined {
  const [pid, startTicks, boot] = text.trim().split(' ')
  if (startTicks === undefined || boot === undefined || !/^[0-9]+$/.test(pid!)) return undefined
  return { pid: Number(pid), startTicks, bootId: boot }
}

function isAlive(owner: Owner): boolean {
  return owner.bootId === bootId() && startOf(owner.pid) === owner.startTicks
}

/** Field 22 of /proc/<pid>/stat, ticks after boot; undefined for a process that is gone or only a zombie. */
function startOf(pid: number): string | undefined {
  const text = procText(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The second field is the command in parentheses and may itself contain blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

function bootId(): string {
  return procText('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown'
}

function procText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw new OutsideError('disk/eio', `read ${path}: ${messageOf(error)}`, { cause: error })
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await promises.readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
