// Tokens of the language. `type` says what the parser decides on: for punctuation, operators and keywords
// it is the word itself in lower case, for everything else the class of the token.

export type TokenType =
  | 'identifier'
  | 'metric identifier'
  | 'string'
  | 'number'
  | 'duration'
  | 'comment'
  | 'error'
  | 'end of input'
  | Punctuation
  | OperatorWord
  | AggregatorWord
  | KeywordWord
  | PreprocessorWord
  | SeriesWord

type Punctuation = '(' | ')' | '{' | '}' | '[' | ']' | ',' | '=' | ':'
type OperatorWord =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '</'
  | '>/'
  | '=~'
  | '!~'
  | '@'
  | 'and'
  | 'or'
  | 'unless'
  | 'atan2'
type AggregatorWord =
  | 'avg'
  | 'bottomk'
  | 'count'
  | 'count_values'
  | 'group'
  | 'limitk'
  | 'limit_ratio'
  | 'max'
  | 'min'
  | 'quantile'
  | 'stddev'
  | 'stdvar'
  | 'sum'
  | 'topk'
type KeywordWord =
  | 'offset'
  | 'smoothed'
  | 'anchored'
  | 'by'
  | 'without'
  | 'on'
  | 'ignoring'
  | 'group_left'
  | 'group_right'
  | 'fill'
  | 'fill_left'
  | 'fill_right'
  | 'bool'
type PreprocessorWord = 'start' | 'end' | 'step' | 'range' | 'max_of' | 'min_of'
/** Only in series descriptions. */
type SeriesWord = 'space' | 'blank' | 'times' | '{{' | '}}' | 'histogram key' | 'counter reset hint'

export interface Token {
  readonly type: TokenType
  /** UTF-8 byte offsets [start, end) into the input. */
  readonly start: number
  readonly end: number
  /** As written; for `error` the message. */
  readonly text: string
}

const OPERATORS = '+ - * / % ^ == != < <= > >= </ >/ =~ !~ @ and or unless atan2'.split(' ')
const AGGREGATORS =
  'avg bottomk count count_values group limitk limit_ratio max min quantile stddev stdvar sum topk'.split(
    ' ',
  )
const KEYWORDS =
  'offset smoothed anchored by without on ignoring group_left group_right fill fill_left fill_right bool'.split(
    ' ',
  )
const PREPROCESSORS = 'start end step range max_of min_of'.split(' ')

export const isOperator: (type: string) => boolean = memberOf(OPERATORS)
export const isAggregator: (type: string) => boolean = memberOf(AGGREGATORS)
export const isKeyword: (type: string) => boolean = memberOf(KEYWORDS)
export const isPreprocessor: (type: string) => boolean = memberOf(PREPROCESSORS)
const isWord = memberOf(
  ['and', 'or', 'unless', 'atan2'].concat(AGGREGATORS, KEYWORDS, PREPROCESSORS),
)

/** Names, and the keywords that may stand for one outside braces. */
export const isMetricName: (type: string) => boolean = memberOf(
  ['identifier', 'metric identifier', 'and', 'or', 'unless', 'by', 'without', 'offset', 'fill']
    .concat(['fill_left', 'fill_right', 'anchored', 'smoothed'])
    .concat(AGGREGATORS, PREPROCESSORS),
)

/** Names, and the keywords that may stand for one in by(), on() and the like. */
export const isGroupingLabel: (type: string) => boolean = memberOf(
  [
    'identifier',
    'metric identifier',
    'and',
    'or',
    'unless',
    'atan2',
    'by',
    'bool',
    'on',
    'ignoring',
  ]
    .concat(['group_left', 'group_right', 'fill', 'fill_left', 'fill_right', 'offset'])
    .concat(['anchored', 'smoothed'])
    .concat(AGGREGATORS, PREPROCESSORS),
)

/** The token type of a word outside braces, whatever its case. */
export function wordType(word: string): TokenType {
  const lower = word.toLowerCase()
  if (isWord(lower)) return lower as TokenType // a member of the lists above
  if (lower === 'inf' || lower === 'nan') return 'number'
  return word.includes(':') ? 'metric identifier' : 'identifier'
}

function memberOf(words: readonly string[]): (type: string) => boolean {
  const set = new Set(words)
  return (type) => set.has(type)
}
