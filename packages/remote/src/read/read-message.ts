// Remote read's messages, walked and written in place:
//
//   ReadRequest          queries 1 …, accepted_response_types 2 (0 samples, 1 streamed chunks)
//   Query                start 1, end 2 (ms, both inclusive), matchers 3 …, hints 4
//   LabelMatcher         type 1 (0 =, 1 !=, 2 =~, 3 !~), name 2, value 3
//   ReadHints            step 1, func 2, start 3, end 4, grouping 5 …, by 6, range 7
//   ReadResponse         results 1 { timeseries 1 { labels 1 …, samples 2 …, histograms 4 … } … } …
//   ChunkedReadResponse  chunked_series 1 { labels 1 …, chunks 2 { min 1, max 2, type 3, data 4 } … } …, query_index 2
//   a frame of a stream  length uvarint | CRC-32C u32 big-endian | ChunkedReadResponse

import { ProtoReader, ProtoWriter, UserError, Wire } from '@pharos/base'
import { type Labels, Matcher, type MatchType } from '@pharos/model'
import type { SelectHints } from '@pharos/tsdb'
import { READ_MATCHERS, READ_QUERIES } from '../limits.ts'

export const STREAM_TYPE = 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse'

/** One query of a request; times are ms, both ends inclusive. */
export interface ReadQuery {
  readonly startMs: number
  readonly endMs: number
  readonly matchers: readonly Matcher[]
}

interface ReadRequest {
  readonly queries: readonly ReadQuery[]
  /** The first kind that both sides know is streamed chunks. */
  readonly isStreamed: boolean
}

/** The index is the number in the message. */
const MATCH_TYPES: readonly MatchType[] = ['=', '!=', '=~', '!~']

/**
 * @throws OutsideError `proto/corrupt`; UserError `remote/read-request` for a matcher or an answer of unknown kind,
 *   `model/regex`
 * @source prometheus.ReadRequest; remote.NegotiateResponseType
 */
export function readReadRequest(message: Uint8Array): ReadRequest {
  const reader = new ProtoReader(message)
  const queries: ReadQuery[] = []
  const accepted: number[] = []
  while (reader.next()) {
    if (reader.field === 1) queries.push(readQuery(reader))
    else if (reader.field === 2) reader.repeated(Wire.varint, (one) => accepted.push(one.int64()))
    else reader.skip()
    if (queries.length > READ_QUERIES || accepted.length > READ_QUERIES)
      throw refused(`more than ${READ_QUERIES} queries`)
  }
  const wanted = accepted.length === 0 ? 0 : accepted.find((type) => type === 0 || type === 1)
  if (wanted === undefined)
    throw refused(
      `server does not support any of the requested response types: ${accepted.join(', ')}`,
    )
  return { queries, isStreamed: wanted === 1 }
}

function readQuery(reader: ProtoReader): ReadQuery {
  const outer = reader.enter()
  const matchers: Matcher[] = []
  let [startMs, endMs] = [0, 0]
  while (reader.next()) {
    if (reader.field === 1) startMs = reader.int64()
    else if (reader.field === 2) endMs = reader.int64()
    else if (reader.field === 3) matchers.push(readMatcher(reader))
    else reader.skip()
    if (matchers.length > READ_MATCHERS) throw refused(`more than ${READ_MATCHERS} matchers`)
  }
  reader.leave(outer)
  return { startMs, endMs, matchers }
}

function readMatcher(reader: ProtoReader): Matcher {
  const outer = reader.enter()
  let [type, name, value] = [0, '', '']
  while (reader.next()) {
    if (reader.field === 1) type = reader.int64()
    else if (reader.field === 2) name = reader.text()
    else if (reader.field === 3) value = reader.text()
    else reader.skip()
  }
  reader.leave(outer)
  const known = MATCH_TYPES[type]
  if (known === undefined) throw refused(`invalid matcher type ${type}`)
  return new Matcher(known, name, value)
}

/** One query as a request that takes streamed chunks and, of a server that has none, samples. */
export function readRequestBody(query: ReadQuery, hints: SelectHints): Uint8Array {
  const out = new ProtoWriter(512)
  out.message(1, () => {
    out.int64(1, query.startMs)
    out.int64(2, query.endMs)
    for (const { type, name, value } of query.matchers) {
      out.message(3, () => {
        out.uint64(1, MATCH_TYPES.indexOf(type))
        out.text(2, name)
        out.text(3, value)
      })
    }
    out.message(4, () => {
      out.int64(1, hints.stepMs)
      out.text(2, hints.func)
      out.int64(3, hints.startMs)
      out.int64(4, hints.endMs)
      for (const name of hints.grouping) out.text(5, name)
      out.uint64(6, hints.by ? 1 : 0)
      out.int64(7, hints.rangeMs)
    })
  })
  out.packedUint64(2, [1, 0])
  return out.bytes()
}

/** `labels 1 …` of a series. */
export function writeLabelFields(out: ProtoWriter, labels: Labels): void {
  for (const [name, value] of labels) {
    out.message(1, () => {
      out.text(1, name)
      out.text(2, value)
    })
  }
}

function refused(what: string): UserError {
  return new UserError('remote/read-request', what)
}
