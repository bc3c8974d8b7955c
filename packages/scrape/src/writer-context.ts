// What the writers of all targets share, and what of it a body's reader wants to know.

import type { ScrapeSettings } from '@pharos/config'
import type { BodyTemplates, ExpositionOptions } from '@pharos/exposition'
import type { Appender } from '@pharos/tsdb'
import type { ScrapeStats } from './scrape-stats.ts'

/** What all writers share. */
export interface WriterContext {
  readonly appender: Appender
  readonly stats: ScrapeStats
  readonly templates: BodyTemplates
  readonly features: ScrapeFeatures
}

/** What `--enable-feature` switches on. */
export interface ScrapeFeatures {
  readonly typeAndUnitLabels: boolean
  /** A start timestamp becomes a sample of 0. */
  readonly createdTimestamps: boolean
}

export function cursorOptions(
  settings: ScrapeSettings,
  features: ScrapeFeatures,
): ExpositionOptions {
  return {
    typeAndUnitLabels: features.typeAndUnitLabels,
    skipCreated: features.createdTimestamps,
    nativeHistograms: settings.nativeHistograms,
    classicHistograms: settings.alwaysClassicHistograms,
    convertClassic: settings.convertClassicHistograms,
  }
}
