import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Every file that a module loads, through all imports that are not types. */
function loadedBy(file: URL, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(file.href)) return seen
  const text = readFileSync(file, 'utf8')
  seen.set(file.href, text)
  for (const [, from] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)'/gm)) {
    loadedBy(new URL(from!, file), seen)
  }
  return seen
}

test('the door for browsers loads nothing of Node', () => {
  const files = loadedBy(new URL('./browser.ts', import.meta.url))
  expect(files.size).toBeGreaterThan(20)
  for (const [file, text] of files) {
    expect(text.match(/from '(node:|(?!\.)[a-z@])/g), file).toBeNull()
    expect(text.match(/\bprocess\./g), file).toBeNull()
  }
})
