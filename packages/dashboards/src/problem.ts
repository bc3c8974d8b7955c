/** Something that could not be read as it stands. The dashboard loads all the same. */
export interface DashboardProblem {
  /** `dashboards/…`, stable. */
  readonly code: string
  /** Where, like `panels[3].targets[0]`. */
  readonly path: string
  readonly message: string
}
