// CRC-32C (Castagnoli, reflected 0x82f63b78), slicing by 8: eight bytes per round trip through the tables.

const TABLES: Uint32Array = buildTables()

function buildTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1
    tables[n] = c >>> 0
  }
  for (let n = 0; n < 256; n++) {
    let c = tables[n]!
    for (let slice = 1; slice < 8; slice++) {
      c = tables[c & 0xff]! ^ (c >>> 8)
      tables[slice * 256 + n] = c >>> 0
    }
  }
  return tables
}

/**
 * CRC-32C of `bytes[from, to)`, continued from `seed` (the result of an earlier call).
 * @source RFC 3720 appendix B.4
 */
export function crc32c(bytes: Uint8Array, from = 0, to: number = bytes.length, seed = 0): number {
  const t = TABLES
  let crc = ~seed
  let i = from
  const end8 = from + ((to - from) & ~7)
  while (i < end8) {
    const low =
      crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    crc =
      t[1792 + (low & 0xff)]! ^
      t[1536 + ((low >>> 8) & 0xff)]! ^
      t[1280 + ((low >>> 16) & 0xff)]! ^
      t[1024 + (low >>> 24)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!
    i += 8
  }
  while (i < to) crc = t[(crc ^ bytes[i++]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}
