export { createKernel, twinKernel } from './kernel.ts'
export type { Kernel } from './kernel.ts'
export type { KernelFunctions } from './functions.ts'
export type { KernelMemory } from './kernel-memory.ts'
