// Kernel files as the collectors want them: whole, in lines, as a number, or not there.

import { type Disk, type FileInfo, OutsideError } from '@pharos/base'

/** The part of a disk that a collector may use. */
export type HostDisk = Pick<
  Disk,
  'readTextSync' | 'listSync' | 'readLinkSync' | 'statSync' | 'spaceSync'
>

export class HostFiles {
  readonly disk: HostDisk
  readonly proc: string
  readonly sys: string
  readonly root: string
  readonly udev: string

  constructor(disk: HostDisk, paths: { proc: string; sys: string; root: string; udev: string }) {
    this.disk = disk
    this.proc = paths.proc
    this.sys = paths.sys
    this.root = paths.root
    this.udev = paths.udev
  }

  /** @throws OutsideError when the file cannot be read */
  text(path: string): string {
    return this.disk.readTextSync(path)
  }

  /** The text, or undefined when the file is not there, may not be read, or the driver has nothing to say. */
  maybe(path: string): string | undefined {
    return missingAsUndefined(() => this.disk.readTextSync(path))
  }

  /** Lines that hold something. */
  lines(path: string): string[] {
    return linesOf(this.text(path))
  }

  /** Without blanks around it, undefined when there is none. */
  word(path: string): string | undefined {
    return this.maybe(path)?.trim()
  }

  /** A decimal or 0x number, undefined when the file is missing or holds something else. */
  number(path: string): number | undefined {
    const word = this.word(path)
    return word === undefined ? undefined : numberOf(word)
  }

  /** Names in a directory, none when it is not there. */
  list(path: string): string[] {
    return this.entries(path) ?? []
  }

  /** The same, undefined when it is not there or may not be looked at. */
  entries(path: string): string[] | undefined {
    return missingAsUndefined(() => this.disk.listSync(path))
  }

  /** Where a symbolic link leads, '' when it is none. */
  link(path: string): string {
    return missingAsUndefined(() => this.disk.readLinkSync(path)) ?? ''
  }

  /** Size and time of a file, undefined when it is not there or may not be looked at. */
  info(path: string): FileInfo | undefined {
    return missingAsUndefined(() => this.disk.statSync(path))
  }
}

/** Lines that hold something. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** Words between blanks. */
export function wordsOf(line: string): string[] {
  return line.trim().split(/\s+/)
}

export function numberOf(word: string): number | undefined {
  if (word === '') return undefined
  const value = Number(word)
  return Number.isNaN(value) ? undefined : value
}

function missingAsUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof OutsideError) return undefined
    throw thrown
  }
}
