import { getSystemErrorMap } from 'node:util'
import { messageOf, OutsideError } from '../errors.ts'

/** What a failed system call becomes: `disk/enospc`, "append /data/wal/00000001: no space left on device". */
export function diskError(operation: string, path: string, thrown: unknown): OutsideError {
  if (thrown instanceof OutsideError) return thrown
  const { code, errno } = (thrown ?? {}) as NodeJS.ErrnoException
  if (typeof code !== 'string') {
    return new OutsideError('disk/eio', `${operation} ${path}: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
  const words = typeof errno === 'number' ? getSystemErrorMap().get(errno)?.[1] : undefined
  return new OutsideError(
    `disk/${code.toLowerCase()}`,
    `${operation} ${path}: ${words ?? messageOf(thrown)}`,
    { cause: thrown },
  )
}
