// A message of remote write 1.0 whose series are known, walked in place. Twin: ../src/twin/write-walk.ts.
//
//   table    slots u32 | mask u32 | entries u32 | last i32 | seed u32 | outEntries u32 | outTimes u32 | outValues u32 |
//            outMax u32 | outCount u32
//   slots    i32 …     number of an entry; −1: free
//   entries  hash u32 | at u32 | length u32 | next i32     of the bytes of the labels, and which entry came after it
//
// Labels count as known when their bytes are equal, never because a hash is. A sender has its series in an order that
// seldom changes: the one after the last one's is tried first, and then neither labels are walked nor a hash is made.

const SLOTS: usize = 0
const MASK: usize = 4
const ENTRIES: usize = 8
const LAST: usize = 12
const SEED: usize = 16
const OUT_ENTRIES: usize = 20
const OUT_TIMES: usize = 24
const OUT_VALUES: usize = 28
const OUT_MAX: usize = 32
const OUT_COUNT: usize = 36

const LABEL: u32 = 0x0a
const SAMPLE: u32 = 0x12
const VALUE: u32 = 0x09
const TIME: u32 = 0x10
const STALE_OUTSIDE: u64 = 0x7ff0000000000002
const STALE: u64 = 0x7ff8000000000002
const NORMAL_NAN: u64 = 0x7ff8000000000001
const K1: u32 = 0x85ebca6b
const K2: u32 = 0xc2b2ae35
const K3: u32 = 0x27d4eb2f
/** Chains of slots end here, so that nobody can make them long. */
const PROBES = 64

function isEqual(a: usize, b: usize, length: usize): bool {
  if (length >= 16) {
    const end = length - 16
    for (let i: usize = 0; i < end; i += 16) {
      if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false
    }
    return !v128.any_true(v128.xor(v128.load(a + end), v128.load(b + end)))
  }
  for (let i: usize = 0; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}

function hashOf(from: usize, to: usize, seed: u32): u32 {
  let a = seed ^ <u32>(to - from)
  let b = ~seed
  let at = from
  for (; at + 8 <= to; at += 8) {
    a = rotl<u32>((a ^ load<u32>(at)) * K1, 13)
    b = rotl<u32>((b ^ load<u32>(at + 4)) * K2, 17)
  }
  for (; at < to; at++) a = rotl<u32>((a ^ <u32>load<u8>(at)) * K3, 11)
  a ^= rotl<u32>(b, 7)
  a = (a ^ (a >> 16)) * K1
  a = (a ^ (a >> 13)) * K2
  return a ^ (a >> 16)
}

/**
 * The entry of labels.
 * @param from, to  their bytes
 * @returns −1 when they have none
 */
export function labelsFind(table: usize, from: usize, to: usize): i32 {
  const slots = <usize>load<u32>(table + SLOTS)
  const mask = load<u32>(table + MASK)
  const entries = <usize>load<u32>(table + ENTRIES)
  const hash = hashOf(from, to, load<u32>(table + SEED))
  const length = <u32>(to - from)
  let slot = hash & mask
  for (let probe = 0; probe < PROBES; probe++) {
    const entry = load<i32>(slots + ((<usize>slot) << 2))
    if (entry < 0) return -1
    const at = entries + ((<usize>entry) << 4)
    if (
      load<u32>(at) == hash &&
      load<u32>(at + 8) == length &&
      isEqual(from, <usize>load<u32>(at + 4), <usize>length)
    )
      return entry
    slot = (slot + 1) & mask
  }
  return -1
}

/**
 * Puts an entry into a slot. Its labels, which no other entry has, stand where it says.
 * @returns 1; 0 when there is no slot near enough for it
 */
export function labelsAdd(table: usize, entry: i32): i32 {
  const slots = <usize>load<u32>(table + SLOTS)
  const mask = load<u32>(table + MASK)
  const at = <usize>load<u32>(table + ENTRIES) + ((<usize>entry) << 4)
  const from = <usize>load<u32>(at + 4)
  const hash = hashOf(from, from + <usize>load<u32>(at + 8), load<u32>(table + SEED))
  store<u32>(at, hash)
  let slot = hash & mask
  for (let probe = 0; probe < PROBES; probe++) {
    const address = slots + ((<usize>slot) << 2)
    if (load<i32>(address) < 0) {
      store<i32>(address, entry)
      return 1
    }
    slot = (slot + 1) & mask
  }
  return 0
}

/** Where labels end; 0 when they are damaged or of unusual length. */
function skippedLabels(from: usize, end: usize): usize {
  let at = from
  while (at < end && <u32>load<u8>(at) == LABEL) {
    if (at + 1 >= end) return 0
    let bytes = <usize>load<u8>(at + 1)
    at += 2
    if (bytes >= 0x80) {
      if (at >= end) return 0
      const high = <usize>load<u8>(at++)
      if (high >= 0x80) return 0
      bytes = (bytes & 0x7f) | (high << 7)
    }
    if (bytes > end - at) return 0
    at += bytes
  }
  return at
}

/** Puts the value of a sample at `out` and the time at `outTime`. */
function readSample(from: usize, end: usize, outTime: usize, out: usize): bool {
  let at = from
  let value: f64 = 0
  let time: u64 = 0
  while (at < end) {
    const tag = <u32>load<u8>(at++)
    if (tag == VALUE) {
      if (end - at < 8) return false
      value = load<f64>(at)
      at += 8
    } else if (tag == TIME) {
      // Up to seven bytes: what needs more is no time of ours.
      time = 0
      let shift: u64 = 0
      let byte: u64 = 0x80
      while (byte >= 0x80 && shift < 49 && at < end) {
        byte = <u64>load<u8>(at++)
        time |= (byte & 0x7f) << shift
        shift += 7
      }
      if (byte >= 0x80) return false
    } else return false
  }
  store<f64>(outTime, <f64>time)
  if (value == value) store<f64>(out, value)
  else store<u64>(out, reinterpret<u64>(value) == STALE_OUTSIDE ? STALE : NORMAL_NAN)
  return true
}

/** Writes samples down. @returns how many there are then; −1 when something else is among them */
function samplesOf(table: usize, entry: i32, count: u32, from: usize, end: usize): i32 {
  let next = <usize>count
  let at = from
  while (at < end) {
    if (<u32>load<u8>(at) != SAMPLE || at + 1 >= end) return -1
    if (<u32>next == load<u32>(table + OUT_MAX)) return -1
    const bytes = <usize>load<u8>(at + 1)
    at += 2
    if (bytes >= 0x80 || bytes > end - at) return -1
    const outTime = <usize>load<u32>(table + OUT_TIMES) + (next << 3)
    const out = <usize>load<u32>(table + OUT_VALUES) + (next << 3)
    if (!readSample(at, at + bytes, outTime, out)) return -1
    store<i32>(<usize>load<u32>(table + OUT_ENTRIES) + (next << 2), entry)
    at += bytes
    next++
  }
  return <i32>next
}

/**
 * Walks a message and writes down its samples.
 * @param from, end  whole fields of a WriteRequest
 * @param table  `outCount` is where the next sample goes, less than `outMax`
 * @returns `end`; or where a field begins that is no known series with nothing but samples, or has no room: the caller's
 */
export function writeWalk(from: usize, end: usize, table: usize): usize {
  const entries = <usize>load<u32>(table + ENTRIES)
  let count = load<u32>(table + OUT_COUNT)
  let last = load<i32>(table + LAST)
  let field = from
  while (field < end) {
    let at = field
    if (<u32>load<u8>(at++) != LABEL) break
    // The length of a series, of three bytes at most.
    let length: usize = 0
    let shift: usize = 0
    let byte: usize = 0x80
    while (byte >= 0x80 && shift < 21 && at < end) {
      byte = <usize>load<u8>(at++)
      length |= (byte & 0x7f) << shift
      shift += 7
    }
    if (byte >= 0x80 || length > end - at) break
    const seriesEnd = at + length
    let entry = last < 0 ? -1 : load<i32>(entries + ((<usize>last) << 4) + 12)
    let body = at
    if (entry >= 0) {
      const known = entries + ((<usize>entry) << 4)
      const bytes = <usize>load<u32>(known + 8)
      if (
        bytes <= length &&
        isEqual(at, <usize>load<u32>(known + 4), bytes) &&
        (bytes == length || <u32>load<u8>(at + bytes) != LABEL)
      )
        body = at + bytes
      else entry = -1
    }
    if (entry < 0) {
      body = skippedLabels(at, seriesEnd)
      if (body == 0) break
      entry = labelsFind(table, at, body)
      if (entry < 0) break
      if (last >= 0) store<i32>(entries + ((<usize>last) << 4) + 12, entry)
    }
    const next = samplesOf(table, entry, count, body, seriesEnd)
    if (next < 0) break
    count = <u32>next
    last = entry
    field = seriesEnd
  }
  store<u32>(table + OUT_COUNT, count)
  store<i32>(table + LAST, last)
  return field
}
