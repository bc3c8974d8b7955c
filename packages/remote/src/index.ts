export { WRITE_BODY_BYTES } from './limits.ts'
export { WriteReceiver } from './write-receiver.ts'
export type { WriteAnswer, WriteReceiverContext, WriteReceiverStats } from './write-receiver.ts'
