/** A list of targets, bytes: some 500,000 of them. */
export const ANSWER_BYTES_MAX: number = 64 * 1024 * 1024
