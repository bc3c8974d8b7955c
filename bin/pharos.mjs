#!/usr/bin/env node
// The command. Runs under any Node from 20 on: where this Node is older than 24 it hands over to the
// Node 24 that came with the packages, keeping standard streams, signals and the exit code. Plain JavaScript, because
// older Nodes cannot read TypeScript.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
// Not by name: Node 20 has no enableCompileCache.
import nodeModule, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SERVER_FLAGS = ['--max-semi-space-size=8', '--no-memory-reducer', '--heap-growing-percent=80']
// What the exporter does once in 15 s is not worth the compilers' memory, theirs and that of what they make: 30 MiB.
const NODE_FLAGS = ['--max-semi-space-size=1', '--max-opt=1', '--optimize-for-size', '--expose-gc']
const FLAGS = { up: SERVER_FLAGS, server: SERVER_FLAGS, node: NODE_FLAGS }
const here = dirname(fileURLToPath(import.meta.url))
const major = Number(process.versions.node.split('.')[0])
const command = process.argv.slice(2).find((word) => !word.startsWith('-'))

if (major >= 24) {
  const bundle = join(
    here,
    '../packages/cli/dist',
    command === 'node' ? 'node/main.cjs' : 'main.cjs',
  )
  const script = isFresh(bundle) ? bundle : undefined
  restartWithFlags(script)
  // Start-up takes a third of the time with the cache.
  nodeModule.enableCompileCache?.()
  if (script !== undefined) createRequire(import.meta.url)(script)
  else await import(join(here, '../packages/cli/src/main.ts'))
} else {
  const node = bundledNode()
  if (node === undefined) {
    process.stderr.write(
      `pharos: needs Node 24, this is ${process.version}, and the package node-linux-${process.arch} is not installed; run npm install, or use Node 24\n`,
    )
    process.exit(1)
  }
  handOver(node)
}

/** Whether the bundle is there and no source is younger; what is published has no sources. */
function isFresh(bundle) {
  if (!existsSync(bundle)) return false
  const packages = join(here, '../packages')
  if (!existsSync(join(packages, 'cli/src'))) return true
  const made = statSync(bundle).mtimeMs
  const waiting = [packages]
  for (const directory of waiting) {
    if (statSync(directory).mtimeMs > made && directory !== packages) return false
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (/^(node_modules|dist|ui)$/.test(entry.name)) continue
      if (entry.isDirectory()) waiting.push(path)
      else if (entry.name.endsWith('.ts') && statSync(path).mtimeMs > made) return false
    }
  }
  return true
}

/**
 * A server's young generation is held at 8 MB: what it keeps lives in typed arrays outside of it, and left to itself
 * V8 lets it grow far. 50,000 series scraped every second take 207 MB this way instead of 349; at 1 MB they take 181,
 * but then large queries spend 40 % of their time in the collector. V8's memory reducer takes the pauses between
 * scrapes for idleness and collects everything once a second: without it the same load takes 0.6 s of CPU in ten
 * instead of 1.0. Left to itself V8 collects the old generation late where much is new, as at a start, and after each
 * 3 MB where little is: always at 1.8 times what lived last it is less memory and fewer pauses. The flags are read when
 * the heap is made, so the process replaces itself (some 40 ms) where it was not started with them. One arena of malloc
 * for all threads takes 4 MB less than one for each. The host exporter allocates little, and its memory is what counts
 * beside other programs: 1 MB, and its bundle runs without this file, whose kind of module takes 2 MB to load.
 */
function restartWithFlags(script) {
  const flags = Object.hasOwn(FLAGS, command ?? '') ? FLAGS[command] : undefined
  if (flags === undefined || process.execve === undefined) return
  if (process.execArgv.some((flag) => flag.startsWith('--max-semi-space-size'))) return
  const entry = command === 'node' && script !== undefined ? script : process.argv[1]
  const args = [process.execPath, ...process.execArgv, ...flags, entry, ...process.argv.slice(2)]
  process.execve(process.execPath, args, { MALLOC_ARENA_MAX: '1', ...process.env })
}

/** The Node 24 of the optional dependency for this platform. */
function bundledNode() {
  const require = createRequire(import.meta.url)
  try {
    const manifest = require.resolve(`node-linux-${process.arch}/package.json`)
    const node = join(dirname(manifest), 'bin/node')
    return existsSync(node) ? node : undefined
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => {
    process.stderr.write(`pharos: cannot start ${node}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(code ?? (signal === 'SIGKILL' ? 137 : 1))
  })
}
