import { expect, test } from 'vitest'
import { xxhash64 } from './xxhash64.ts'

test('published hashes come out', () => {
  const check = (text: string, hash: bigint): void =>
    expect(xxhash64(new TextEncoder().encode(text)), text).toBe(hash)
  check('', 0xef46db3751d8e999n)
  check('a', 0xd24ec4f1a98c6e5bn)
  check('as', 0x1c330fb2d66be179n)
  check('asd', 0x631c37ce72a97393n)
  check('asdf', 0x415872f599cea71en)
  check('Call me Ishmael. Some years ago--never mind how long precisely-', 0x02a2e85470d6fd96n)
})
