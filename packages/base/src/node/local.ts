// The machine without its network, for programs that have to stay small: sockets bring TLS along, and 8 MiB of memory.
export { createLogger } from './logger.ts'
export { realClock } from './real-clock.ts'
export { createRealDisk } from './real-disk.ts'
