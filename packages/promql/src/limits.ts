// What a stranger's query may make grow.

/** Parentheses, calls, signs inside each other. Each level costs some 1 KiB of stack; dashboards nest below 30. */
export const MAX_NESTING = 500

/** Operators in one chain, which is the depth of the tree it makes. Generated `or` chains reach hundreds. */
export const MAX_CHAIN = 2000

/** Values that one series description may stand for; the reference's longest has some 5,000. */
export const MAX_REPETITIONS = 1_000_000

/** Parsed queries that are kept, and the longest text worth it: some 5 MB at most. */
export const PARSED_QUERIES = 256
export const PARSED_CHARS = 1000
