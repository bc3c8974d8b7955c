/** Records of one name. */
export const RECORDS_MAX = 10_000
