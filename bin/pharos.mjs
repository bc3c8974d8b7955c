#!/usr/bin/env node
// The command. Runs under any Node from 20 on: where this Node is older than 24 it hands over to the
// Node 24 that came with the packages, keeping standard streams, signals and the exit code. Plain JavaScript, because
// older Nodes cannot read TypeScript.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
// Not by name: Node 20 has no enableCompileCache.
import nodeModule, { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const major = Number(process.versions.node.split('.')[0])

if (major >= 24) {
  // The young generation stays at its first size: what we keep long lives in typed arrays outside of it. At 50,000
  // series scraped every second the process takes 181 MB instead of 349, for the same CPU.
  setFlagsFromString('--semi-space-growth-factor=1')
  // Start-up of some 150 modules falls to a third with the cache.
  nodeModule.enableCompileCache?.()
  const built = join(here, '../packages/cli/src/main.js')
  const source = join(here, '../packages/cli/src/main.ts')
  await import(existsSync(source) ? source : built)
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
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
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
