// Two texts line by line: what went, what came, with a little of what stayed around it.

export interface LineChange {
  readonly kind: 'same' | 'gone' | 'new' | 'skipped'
  readonly text: string
}

const AROUND = 2
/** Longer texts are compared as a whole: the table below grows with the product of both. */
const LINES_MAX = 3000

export function lineChanges(before: string, after: string): LineChange[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail))
    tail++
  const middle = compared(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  const all: LineChange[] = [
    ...a.slice(0, head).map((text) => ({ kind: 'same' as const, text })),
    ...middle,
    ...a.slice(a.length - tail).map((text) => ({ kind: 'same' as const, text })),
  ]
  return shortened(all)
}

function compared(a: readonly string[], b: readonly string[]): LineChange[] {
  const gone = (text: string): LineChange => ({ kind: 'gone', text })
  const fresh = (text: string): LineChange => ({ kind: 'new', text })
  if (a.length * b.length > LINES_MAX * LINES_MAX || a.length === 0 || b.length === 0)
    return [...a.map(gone), ...b.map(fresh)]
  // Length of the longest common run of lines from each pair of places on.
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
  const changes: LineChange[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      changes.push({ kind: 'same', text: a[i]! })
      i++
      j++
    } else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!)
      changes.push(gone(a[i++]!))
    else changes.push(fresh(b[j++]!))
  }
  return [...changes, ...a.slice(i).map(gone), ...b.slice(j).map(fresh)]
}

/** Long runs of what stayed are left out. */
function shortened(changes: readonly LineChange[]): LineChange[] {
  const isNear = changes.map(() => false)
  changes.forEach(({ kind }, index) => {
    if (kind === 'same') return
    for (
      let at = Math.max(0, index - AROUND);
      at <= Math.min(changes.length - 1, index + AROUND);
      at++
    )
      isNear[at] = true
  })
  const shown: LineChange[] = []
  changes.forEach((change, index) => {
    if (isNear[index] === true) shown.push(change)
    else if (shown.at(-1)?.kind !== 'skipped') shown.push({ kind: 'skipped', text: '…' })
  })
  return shown.every(({ kind }) => kind === 'skipped') ? [] : shown
}
