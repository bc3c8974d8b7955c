export { frameJson, frameOfJson } from './frame-json.ts'
export { heldFrames, snapshotOf } from './snapshot.ts'
export type { PanelData } from './snapshot.ts'
