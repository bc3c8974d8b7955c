// The elements of a snappy block; drawn in packages/base/src/snappy.ts. Twin: ../src/twin/snappy.ts.

function copy16(to: usize, from: usize): void {
  v128.store(to, v128.load(from))
}

/**
 * Unpacks elements.
 * @param from, end  the elements
 * @param out, outEnd  room for exactly what they claim to be; 16 bytes behind it may be spoilt
 * @returns 1; 0 when they are damaged or are not that long
 */
export function snappyDecode(from: usize, end: usize, out: usize, outEnd: usize): i32 {
  let at = from
  let to = out
  while (at < end) {
    const tag = <usize>load<u8>(at++)
    const kind = tag & 3
    if (kind == 0) {
      let count = tag >> 2
      if (count >= 60) {
        const bytes = count - 59
        if (at + bytes > end) return 0
        count = 0
        for (let i: usize = 0; i < bytes; i++) count |= (<usize>load<u8>(at + i)) << (i << 3)
        at += bytes
        if (count == 0xffffffff) return 0
      }
      count++
      if (count > end - at || count > outEnd - to) return 0
      if (count <= 16) copy16(to, at)
      else memory.copy(to, at, count)
      at += count
      to += count
      continue
    }
    const bytes = kind == 3 ? 4 : kind
    if (at + bytes > end) return 0
    let count: usize
    let offset: usize
    if (kind == 1) {
      count = ((tag >> 2) & 7) + 4
      offset = ((tag >> 5) << 8) | <usize>load<u8>(at)
    } else {
      count = (tag >> 2) + 1
      offset = kind == 2 ? <usize>load<u16>(at) : <usize>load<u32>(at)
    }
    at += bytes
    if (offset == 0 || offset > to - out || count > outEnd - to) return 0
    const source = to - offset
    if (offset >= 16) {
      // At most 64 bytes, so that what is spoilt behind the end is at most 15.
      for (let i: usize = 0; i < count; i += 16) copy16(to + i, source + i)
    } else if (offset >= 8) {
      for (let i: usize = 0; i < count; i += 8) store<u64>(to + i, load<u64>(source + i))
    } else {
      // A copy may reach into what it makes itself: then it repeats.
      for (let i: usize = 0; i < count; i++) store<u8>(to + i, load<u8>(source + i))
    }
    to += count
  }
  return to == outEnd ? 1 : 0
}
