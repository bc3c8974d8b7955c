// Remote write 1.0's message, walked in place:
//
//   WriteRequest   timeseries 1 …, metadata 3 …
//   TimeSeries     labels 1 …, samples 2 …, exemplars 3 …, histograms 4 …
//   Label          name 1, value 2          Sample  value 1 double, timestamp 2 int64 (ms)
//   Exemplar       labels 1 …, value 2 double, timestamp 3
//   MetricMetadata type 1, metric_family_name 2, help 4, unit 5

import { OutsideError, ProtoReader } from '@pharos/base'
import {
  type Exemplar,
  Labels,
  type Metadata,
  type MetricType,
  type NativeHistogram,
} from '@pharos/model'
import { readValue } from './float-value.ts'
import { readHistogram } from './histogram-message.ts'

/** What a request holds, in its order. */
export interface WriteSink {
  /**
   * A series begins. Its labels are the fields in bytes [from, to) of `bytes`, see `readLabels`.
   * @returns whether its samples are wanted
   */
  series(bytes: Uint8Array, from: number, to: number): boolean
  sample(tMs: number, value: number): void
  histogram(tMs: number, histogram: NativeHistogram): void
  exemplar(exemplar: Exemplar): void
  metadata(family: string, metadata: Metadata): void
}

/** The index is the number in the message. */
export const METRIC_TYPES: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
]

/**
 * Hands everything in a message to `sink`.
 * @throws OutsideError `proto/corrupt`; what came before was handed over by then
 * @source prometheus.WriteRequest in the remote write 1.0 specification
 */
export function readWriteRequest(message: Uint8Array, sink: WriteSink): void {
  const reader = new ProtoReader(message)
  while (reader.next()) readField(reader, sink)
}

/**
 * Hands one series or metadata to `sink`.
 * @param at  where its field begins in a message
 * @returns   where the next begins
 * @throws OutsideError `proto/corrupt`
 */
export function readWriteField(message: Uint8Array, at: number, sink: WriteSink): number {
  const reader = new ProtoReader(message, at)
  if (reader.next()) readField(reader, sink)
  return reader.offset
}

function readField(reader: ProtoReader, sink: WriteSink): void {
  if (reader.field === 1) readSeries(reader, sink)
  else if (reader.field === 3) readMetadata(reader, sink)
  else reader.skip()
}

function readSeries(reader: ProtoReader, sink: WriteSink): void {
  const outer = reader.enter()
  const from = reader.offset
  let to = from
  let isWanted = false
  let isBegun = false
  while (reader.next()) {
    const { field } = reader
    if (field === 1) {
      if (isBegun)
        throw new OutsideError('proto/corrupt', 'labels of a series stand behind its samples')
      reader.skip()
      to = reader.offset
      continue
    }
    if (!isBegun) isWanted = sink.series(reader.bytes, from, to)
    isBegun = true
    if (!isWanted) reader.skip()
    else if (field === 2) readSample(reader, sink)
    else if (field === 3) sink.exemplar(readExemplar(reader))
    else if (field === 4) {
      const { tMs, histogram } = readHistogram(reader)
      sink.histogram(tMs, histogram)
    } else reader.skip()
  }
  reader.leave(outer)
}

/** A sample of either version; what 2.0 has besides is passed over. */
export function readSample(reader: ProtoReader, sink: WriteSink): void {
  const outer = reader.enter()
  let value = 0
  let tMs = 0
  while (reader.next()) {
    if (reader.field === 1) value = readValue(reader)
    else if (reader.field === 2) tMs = reader.int64()
    else reader.skip()
  }
  reader.leave(outer)
  sink.sample(tMs, value)
}

function readExemplar(reader: ProtoReader): Exemplar {
  const outer = reader.enter()
  const pairs: [string, string][] = []
  let value = 0
  let timestampMs = 0
  while (reader.next()) {
    if (reader.field === 1) pairs.push(readPair(reader))
    else if (reader.field === 2) value = readValue(reader)
    else if (reader.field === 3) timestampMs = reader.int64()
    else reader.skip()
  }
  reader.leave(outer)
  return { labels: Labels.of(pairs), value, timestampMs }
}

function readMetadata(reader: ProtoReader, sink: WriteSink): void {
  const outer = reader.enter()
  let [type, family, help, unit] = [0, '', '', '']
  while (reader.next()) {
    if (reader.field === 1) type = reader.int64()
    else if (reader.field === 2) family = reader.text()
    else if (reader.field === 4) help = reader.text()
    else if (reader.field === 5) unit = reader.text()
    else reader.skip()
  }
  reader.leave(outer)
  if (family !== '') sink.metadata(family, { type: METRIC_TYPES[type] ?? 'unknown', help, unit })
}

/**
 * The label pairs in bytes [from, to) of a message, in their order, which may be any.
 * @throws OutsideError `proto/corrupt`
 */
export function readLabels(message: Uint8Array, from: number, to: number): [string, string][] {
  const reader = new ProtoReader(message, from, to)
  const pairs: [string, string][] = []
  while (reader.next()) pairs.push(readPair(reader))
  return pairs
}

function readPair(reader: ProtoReader): [string, string] {
  const outer = reader.enter()
  let [name, value] = ['', '']
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 2) value = reader.text()
    else reader.skip()
  }
  reader.leave(outer)
  return [name, value]
}
