// How many lanes a load needs: by what one lane gets through and what comes in, the backlog worked off within a minute.
interface Load {
  /** Lanes there are. */
  readonly lanes: number
  readonly minLanes: number
  readonly maxLanes: number
  /** Samples that came in, and that went out, in so many seconds. */
  readonly samplesIn: number
  readonly samplesOut: number
  readonly seconds: number
  /** Seconds that lanes spent sending, added up. */
  readonly busySeconds: number
  /** Samples that wait, in memory and on disk. */
  readonly backlog: number
}

/** Within so many seconds the backlog should be gone. */
const BACKLOG_SECONDS = 60
/** Small changes are not worth a new stage. */
const TOLERANCE = 0.3

/** @returns the number of lanes to have, equal to `lanes` when a change would be small or nothing is known */
export function laneCount(load: Load): number {
  const { lanes, minLanes, maxLanes, samplesOut, busySeconds, seconds } = load
  const clamp = (count: number): number => Math.min(maxLanes, Math.max(minLanes, count))
  if (samplesOut <= 0 || busySeconds <= 0 || seconds <= 0) return clamp(lanes)
  const perLane = samplesOut / busySeconds
  const wanted = load.samplesIn / seconds + load.backlog / BACKLOG_SECONDS
  const count = clamp(Math.ceil(wanted / perLane))
  const isClose = Math.abs(count - lanes) <= lanes * TOLERANCE
  return isClose && count <= maxLanes && lanes >= minLanes ? clamp(lanes) : count
}
