// One process, from /proc/<pid>. A process may end between a listing and the reading: then there is nothing.
import { type HostFiles, wordsOf } from '../host-files.ts'

const TICKS_PER_SECOND = 100
/** Memory in /proc/<pid>/stat is in pages; larger than 4 KiB on some ARM servers. */
const PAGE_BYTES = 4096

export interface ProcessInfo {
  readonly pid: number
  readonly parentPid: number
  /** What the kernel calls it: at most 15 characters. */
  readonly name: string
  /** `R`, `S`, `D`, `Z`, … */
  readonly state: string
  readonly threads: number
  readonly userSeconds: number
  readonly systemSeconds: number
  readonly residentBytes: number
  readonly virtualBytes: number
  readonly startMs: number
}

export function allPids(files: HostFiles): number[] {
  return files
    .list(files.proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

export function processInfo(
  files: HostFiles,
  pid: number,
  bootMs: number,
): ProcessInfo | undefined {
  const text = files.maybe(`${files.proc}/${pid}/stat`)
  // The name stands in brackets and may hold anything, brackets too.
  const [open, close] = [text?.indexOf('(') ?? -1, text?.lastIndexOf(')') ?? -1]
  if (text === undefined || open < 0 || close < open) return undefined
  const fields = wordsOf(text.slice(close + 1))
  const field = (i: number): number => Number(fields[i] ?? 0)
  return {
    pid,
    parentPid: field(1),
    name: text.slice(open + 1, close),
    state: fields[0] ?? '',
    threads: field(17),
    userSeconds: field(11) / TICKS_PER_SECOND,
    systemSeconds: field(12) / TICKS_PER_SECOND,
    residentBytes: field(21) * PAGE_BYTES,
    virtualBytes: field(20),
    startMs: bootMs + (field(19) / TICKS_PER_SECOND) * 1000,
  }
}
