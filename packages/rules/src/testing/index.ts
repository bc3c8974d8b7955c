export { ruleTestFailures } from './rule-tests.ts'
export { memoryAppender } from './memory-appender.ts'
export type { TestRulesOptions } from './rule-tests.ts'
