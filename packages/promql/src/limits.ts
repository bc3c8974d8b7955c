// What a stranger's query may make grow.

/** Parentheses, calls, signs inside each other. Each level costs some 1 KiB of stack; dashboards nest below 30. */
export const MAX_NESTING = 500

/** Operators in one chain, which is the depth of the tree it makes. Generated `or` chains reach hundreds. */
export const MAX_CHAIN = 2000
