import { UserError } from '@pharos/base'

const UNITS = ['B', 'K', 'M', 'G', 'T', 'P', 'E']

/**
 * `512MB`, `1GiB512MiB`, `1.5GB`, `0` to bytes; all units are powers of 1024.
 * @throws UserError `config/size` with the reference's words
 * @source alecthomas/units ParseBase2Bytes
 */
export function parseByteSize(text: string): number {
  const refuse = (why: string): UserError => new UserError('config/size', `units: ${why}`)
  let rest = text
  const sign = /^[-+]/.exec(rest)?.[0] ?? ''
  rest = rest.slice(sign.length)
  if (rest === '0') return 0
  if (rest === '') throw refuse(`invalid ${text}`)
  let bytes = 0
  while (rest !== '') {
    const number = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)/.exec(rest)?.[0]
    if (number === undefined) throw refuse(`invalid ${text}`)
    rest = rest.slice(number.length)
    const unit = /^[^0-9.]*/.exec(rest)![0]
    rest = rest.slice(unit.length)
    const factor = unitBytes(unit)
    if (factor === undefined) throw refuse(`unknown unit ${unit} in ${text}`)
    bytes += Number(number) * factor
  }
  if (bytes > Number.MAX_SAFE_INTEGER) throw refuse(`${text} is too large`)
  return Math.trunc(sign === '-' ? -bytes : bytes)
}

function unitBytes(unit: string): number | undefined {
  const match = /^(?:(B)|([KMGTPE])i?B)$/.exec(unit)
  if (match === null) return undefined
  return 1024 ** UNITS.indexOf(match[1] ?? match[2]!)
}

/** `15MiB`, `1GiB512MiB`, `0B`. */
export function formatByteSize(bytes: number): string {
  if (bytes === 0) return '0B'
  let rest = Math.abs(bytes)
  let text = bytes < 0 ? '-' : ''
  for (let i = UNITS.length - 1; i >= 0; i--) {
    const size = 1024 ** i
    const units = Math.floor(rest / size)
    if (units === 0) continue
    text += `${units}${i === 0 ? 'B' : `${UNITS[i]!}iB`}`
    rest -= units * size
  }
  return text
}
