// Samples that somebody pushes as lines: read as they come, stored piece by piece.
//
//   chunks ─► whole lines ─(reader of the format)─► series ─(labels' bytes)─► receiver
//
// A line that is wrong ends the import: the lines before it are stored, and the answer names it. Samples that the store
// refuses (too old, out of order) do not: how many there were is told at the end.
import { ProtoWriter, UserError } from '@pharos/base'
import { IMPORT_LINE_BYTES } from '../limits.ts'
import type { WriteReceiver } from '../write-receiver.ts'
import type { WriteSink } from '../write-request.ts'
import { badLine, type ImportedSeries, type LineReader } from './imported-series.ts'

export interface ImportAnswer {
  /** 204, 400 or 503. */
  readonly status: number
  readonly text: string
  /** Samples that are in the store now. */
  readonly samples: number
}

const LF = 0x0a
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Imports lines.
 * @param chunks  of the body, unpacked
 * @param more    labels that every series gets, over its own of that name
 */
export async function importLines(
  chunks: AsyncIterable<Uint8Array>,
  read: LineReader,
  more: ReadonlyMap<string, string>,
  receiver: WriteReceiver,
): Promise<ImportAnswer> {
  const lines = new LineImport(read, more, receiver)
  for await (const chunk of chunks) {
    const answer = await lines.push(chunk)
    if (answer !== undefined) return answer
  }
  return await lines.end()
}

class LineImport {
  readonly #read: LineReader
  readonly #more: ReadonlyMap<string, string>
  readonly #receiver: WriteReceiver
  readonly #labels = new ProtoWriter()
  /** Of a line that is not whole yet. */
  #rest: Uint8Array[] = []
  #restBytes = 0
  #lineNumber = 0
  #samples = 0
  /** Samples that the lines had. */
  #seen = 0
  /** The first fault that the store found. */
  #fault: { readonly status: number; readonly text: string } | undefined

  constructor(read: LineReader, more: ReadonlyMap<string, string>, receiver: WriteReceiver) {
    this.#read = read
    this.#more = more
    this.#receiver = receiver
  }

  /** @returns an answer when the import has come to its end */
  async push(chunk: Uint8Array): Promise<ImportAnswer | undefined> {
    const end = chunk.lastIndexOf(LF) + 1
    if (end > 0) {
      const whole = Buffer.concat([...this.#rest, chunk.subarray(0, end)])
      this.#rest = []
      this.#restBytes = 0
      const answer = await this.#store(whole)
      if (answer !== undefined) return answer
    }
    if (end === chunk.length) return undefined
    // The chunk's memory is another's as soon as this returns.
    this.#rest.push(chunk.slice(end))
    this.#restBytes += chunk.length - end
    if (this.#restBytes <= IMPORT_LINE_BYTES) return undefined
    const text = `line ${this.#lineNumber + 1}: more than ${IMPORT_LINE_BYTES} bytes long`
    return this.#stopped(text)
  }

  async end(): Promise<ImportAnswer> {
    const answer = await this.#store(Buffer.concat(this.#rest))
    if (answer !== undefined) return answer
    if (this.#fault === undefined) return { status: 204, text: '', samples: this.#samples }
    const { status, text } = this.#fault
    const refused = this.#seen - this.#samples
    return {
      status,
      text: `${refused} of ${this.#seen} samples were not stored: ${text}`,
      samples: this.#samples,
    }
  }

  #stopped(text: string): ImportAnswer {
    const stored = `${this.#samples} samples of the lines before are stored`
    return { status: 400, text: `${text}; ${stored}`, samples: this.#samples }
  }

  async #store(bytes: Uint8Array): Promise<ImportAnswer | undefined> {
    if (bytes.length === 0) return undefined
    let wrong: UserError | undefined
    const { status, text, written } = await this.#receiver.write({
      kind: 'lines',
      feed: (sink) => (wrong = this.#feed(bytes, sink)),
    })
    this.#samples += written.samples
    if (status >= 400) this.#fault ??= { status, text }
    if (status >= 500) return { status, text, samples: this.#samples }
    return wrong === undefined ? undefined : this.#stopped(wrong.message)
  }

  /** @returns what is wrong with a line */
  #feed(bytes: Uint8Array, sink: WriteSink): UserError | undefined {
    for (let from = 0; from < bytes.length;) {
      let to = bytes.indexOf(LF, from)
      if (to < 0) to = bytes.length
      this.#lineNumber++
      try {
        for (const series of this.#read(textOf(bytes.subarray(from, to)))) this.#take(series, sink)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        return new UserError(error.code, `line ${this.#lineNumber}: ${error.message}`)
      }
      from = to + 1
    }
    return undefined
  }

  #take({ labels, timesMs, values }: ImportedSeries, sink: WriteSink): void {
    const out = this.#labels
    out.clear()
    for (const [name, value] of new Map([...labels, ...this.#more])) {
      if (value === '') continue
      out.message(1, () => {
        out.text(1, name)
        out.text(2, value)
      })
    }
    this.#seen += timesMs.length
    if (!sink.series(out.bytes(), 0, out.length)) return
    for (let i = 0; i < timesMs.length; i++) sink.sample(timesMs[i]!, values[i]!)
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes).replace(/\r$/, '')
  } catch {
    throw badLine('it is not valid UTF-8')
  }
}
