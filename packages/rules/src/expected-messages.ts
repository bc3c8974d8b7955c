// The messages that episodes of alerts would have led to: groups, and the three timers of a route.
// @source Alertmanager docs, route: group_wait, group_interval, repeat_interval

import type { Labels } from '@pharos/model'
import type { Episode } from './backtest.ts'

export interface MessageRoute {
  readonly receiver: string
  /** Undefined: by all labels. */
  readonly groupBy: readonly string[] | undefined
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
}

export interface ExpectedMessage {
  /** ms since 1970. */
  readonly atMs: number
  readonly receiver: string
  readonly group: Labels
  readonly firing: number
  readonly resolved: number
  readonly reason: 'first' | 'news' | 'repeat' | 'resolved'
}

/**
 * In the order in which they would have been sent.
 * @param routesOf  where an alert goes; most often one route
 * @param limit     most messages, the first ones
 */
export function expectedMessages(
  episodes: readonly Episode[],
  routesOf: (labels: Labels) => readonly MessageRoute[],
  endMs: number,
  limit: number,
): readonly ExpectedMessage[] {
  const groups = new Map<string, { route: MessageRoute; labels: Labels; episodes: Episode[] }>()
  for (const episode of episodes) {
    if (episode.firedAtMs === undefined) continue
    for (const route of routesOf(episode.labels)) {
      const labels =
        route.groupBy === undefined ? episode.labels : episode.labels.only(route.groupBy)
      const key = JSON.stringify([route, labels.flat])
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { route, labels, episodes: [episode] })
      else group.episodes.push(episode)
    }
  }
  const messages: ExpectedMessage[] = []
  for (const { route, labels, episodes: ofGroup } of groups.values())
    messages.push(...messagesOf(route, labels, ofGroup, endMs, limit))
  return messages.sort((a, b) => a.atMs - b.atMs).slice(0, limit)
}

/** One group flushes once `groupWaitMs` after it begins and then every `groupIntervalMs` while it has alerts. */
function messagesOf(
  route: MessageRoute,
  group: Labels,
  episodes: readonly Episode[],
  endMs: number,
  limit: number,
): ExpectedMessage[] {
  const waiting = [...episodes].sort((a, b) => a.firedAtMs! - b.firedAtMs!)
  const messages: ExpectedMessage[] = []
  while (waiting.length > 0 && messages.length < limit) {
    const present: Episode[] = []
    const told = new Set<Episode>()
    let lastMs: number | undefined
    let flushMs = waiting[0]!.firedAtMs! + route.groupWaitMs
    for (; flushMs <= endMs && messages.length < limit; flushMs += route.groupIntervalMs) {
      while (waiting.length > 0 && waiting[0]!.firedAtMs! <= flushMs) present.push(waiting.shift()!)
      const firing = present.filter(({ endedAtMs = Infinity }) => endedAtMs > flushMs)
      // One that came and went between two flushes is never told.
      const resolved = present.filter((one) => !firing.includes(one) && told.has(one))
      const isNews = firing.some((one) => !told.has(one))
      const isRepeat =
        firing.length > 0 && lastMs !== undefined && flushMs - lastMs >= route.repeatIntervalMs
      if (isNews || isRepeat || resolved.length > 0) {
        const reason =
          lastMs === undefined
            ? 'first'
            : isNews
              ? 'news'
              : resolved.length > 0
                ? 'resolved'
                : 'repeat'
        messages.push({
          atMs: flushMs,
          receiver: route.receiver,
          group,
          firing: firing.length,
          resolved: resolved.length,
          reason,
        })
        lastMs = flushMs
        for (const one of firing) told.add(one)
      }
      present.splice(0, present.length, ...firing)
      // An empty group is gone; the next alert begins a new one.
      if (present.length === 0) break
    }
    if (flushMs > endMs) break
  }
  return messages
}
