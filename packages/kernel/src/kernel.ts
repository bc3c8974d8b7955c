// A kernel: its memory and its functions, as WebAssembly or, where that is missing, as their twins.

import type { KernelFunctions } from './functions.ts'
import { KernelMemory } from './kernel-memory.ts'
import { MODULE_BASE64 } from './module.gen.ts'
import { twins } from './twin/index.ts'

export interface Kernel extends KernelFunctions {
  readonly memory: KernelMemory
  readonly isWasm: boolean
}

/** One kernel, with a memory of its own. One a thread is enough. */
export function createKernel(): Kernel {
  return wasmKernel() ?? twinKernel()
}

/** The kernel in TypeScript. */
export function twinKernel(): Kernel {
  let buffer = new ArrayBuffer(0)
  const memory = new KernelMemory((bytes) => {
    const larger = new ArrayBuffer(bytes)
    new Uint8Array(larger).set(new Uint8Array(buffer))
    buffer = larger
    return buffer
  }, 1024)
  return { memory, isWasm: false, ...twins(memory) }
}

/** Undefined where WebAssembly with SIMD is missing or forbidden, as by a page's Content-Security-Policy. */
function wasmKernel(): Kernel | undefined {
  if (typeof WebAssembly !== 'object') return undefined
  const shared = new WebAssembly.Memory({ initial: 1 })
  let exported: KernelFunctions & { heapBase(): number }
  try {
    const module = new WebAssembly.Module(decodeBase64(MODULE_BASE64))
    const { exports } = new WebAssembly.Instance(module, { env: { memory: shared } })
    // The generated module exports what assembly/index.ts names; twin.test.ts calls each of them.
    exported = exports as unknown as typeof exported
  } catch (error) {
    if (error instanceof WebAssembly.CompileError || error instanceof EvalError) return undefined
    throw error
  }
  const memory = new KernelMemory((bytes) => {
    const pages = Math.ceil((bytes - shared.buffer.byteLength) / 65_536)
    if (pages > 0) shared.grow(pages)
    return shared.buffer
  }, exported.heapBase())
  return { memory, isWasm: true, ...exported }
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}
