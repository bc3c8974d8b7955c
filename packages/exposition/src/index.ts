export { Entry } from './cursor.ts'
export type { ExpositionCursor } from './cursor.ts'
