// What the bundler says of its chunks.

interface ManifestChunk {
  readonly file: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
  readonly css?: readonly string[]
}

export type Manifest = Readonly<Record<string, ManifestChunk>>

export const ENTRY = 'index.html'

/** What the entry loads to draw any page. */
export const START = 'src/start.tsx'

/**
 * The files of a chunk and of all that it imports, itself last.
 *
 * @throws Error when the manifest lacks it
 */
export function filesOf(manifest: Manifest, key: string): Set<string> {
  if (manifest[key] === undefined) throw new Error(`the manifest has no ${key}`)
  const seen = new Set<string>()
  const files = new Set<string>()
  const visit = (name: string) => {
    const chunk = manifest[name]
    if (chunk === undefined || seen.has(name)) return
    seen.add(name)
    for (const imported of chunk.imports ?? []) visit(imported)
    files.add(chunk.file)
  }
  visit(key)
  return files
}
