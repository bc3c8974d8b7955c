// Which members a key belongs to: each member draws a number from the key and its own name, the highest win. When a member
// comes or goes only its own keys move, and nobody needs to know how many there are.
//
// @source Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous"; weights as in Mosko's weighted variant

interface Weighted {
  readonly id: string
  /** Above 0: twice as much weight, twice as many keys. */
  readonly weight: number
}

/** Whether `id` is one of the `count` members that a key belongs to. Members in any order, ids differ. */
export function isOwner(
  key: string,
  id: string,
  members: readonly Weighted[],
  count: number,
): boolean {
  const own = members.find((member) => member.id === id)
  if (own === undefined) return false
  const score = scoreOf(key, own)
  let better = 0
  for (const member of members) {
    if (member.id === id) continue
    const other = scoreOf(key, member)
    if (other > score || (other === score && member.id < id)) better++
    if (better >= count) return false
  }
  return true
}

/** Ids of the members that a key belongs to, the first of them first. */
export function ownersOf(key: string, members: readonly Weighted[], count: number): string[] {
  const scored = members.map((member) => ({ id: member.id, score: scoreOf(key, member) }))
  scored.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
  return scored.slice(0, count).map(({ id }) => id)
}

/** `-weight / ln(u)`, u in (0, 1) from the names. */
function scoreOf(key: string, { id, weight }: Weighted): number {
  const u = (hash(`${id}\0${key}`) + 0.5) / 2 ** 32
  return -weight / Math.log(u)
}

/** Shard of a key when there are `count` of them: the same after every restart. */
export function staticShard(key: string, count: number): number {
  return hash(key) % count
}

/** FNV-1a, then a finish that spreads neighbours apart. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    h = Math.imul(h ^ (unit & 0xff), 0x01000193)
    h = Math.imul(h ^ (unit >>> 8), 0x01000193)
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
