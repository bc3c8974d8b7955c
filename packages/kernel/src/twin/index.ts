// Every function of the kernel in TypeScript, working on the same memory.

import type { KernelFunctions } from '../functions.ts'
import type { KernelMemory } from '../kernel-memory.ts'
import { rowTwins } from './row.ts'

export function twins(memory: KernelMemory): KernelFunctions {
  return { ...rowTwins(memory) }
}
