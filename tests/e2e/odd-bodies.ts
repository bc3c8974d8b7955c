// Odd and broken exposition bodies, each with why it is here. `changed` says in what Prometheus 3 reads it otherwise than
// Debian's 2.42; everything else has to be equal.

export interface OddBody {
  readonly name: string
  readonly body: string | Uint8Array
  /** Text 0.0.4 when missing. */
  readonly type?: string
  /** Status of the answer; 200 when missing. */
  readonly status?: number
  readonly changed?: string
}

const OM = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const latin = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

const text = (name: string, body: string | Uint8Array, changed?: string): OddBody => ({
  name,
  body,
  ...(changed === undefined ? {} : { changed }),
})
const om = (name: string, body: string, changed?: string): OddBody => ({
  ...text(name, body, changed),
  type: OM,
})

const UTF8 = 'names in UTF-8 are read since 3.0'
const LE = 'le and quantile are written as floats since 3.0'
const TYPES = 'only known Content-Types are read since 3.0'

export const ODD_BODIES: readonly OddBody[] = [
  text('nothing at all', ''),
  text('one newline', '\n'),
  text('only comments', '# a comment\n# another\n'),
  text('no final newline', 'a 1'),
  text('no final newline after a comment', 'a 1\n# end'),
  text('CRLF line ends', 'a 1\r\nb 2\r\n'),
  text('blank lines between', '\n\na 1\n\n\nb 2\n'),
  text('spaces in front', '   a 1\n', 'blanks before a name belong to the name since 3.0'),
  text('tabs between', 'a\t1\nb{x="y"}\t2\n'),
  text('many spaces between', 'a      1\n'),
  text('a space behind the value', 'a 1 \n'),
  text('spaces in the braces', 'a{ x = "y" , z = "w" } 1\n'),
  text('empty braces', 'a{} 1\n'),
  text('a comma at the end of the labels', 'a{x="y",} 1\n'),
  text('two commas', 'a{x="y",,} 1\n'),
  text('a missing comma', 'a{x="y"z="w"} 1\n'),
  text('only a comma', 'a{,} 1\n'),
  text('an empty label value', 'a{x=""} 1\n'),
  text('an empty label name', 'a{="x"} 1\n'),
  text('the same label twice', 'a{x="1",x="2"} 1\n'),
  text('the same series twice', 'a 1\na 2\nb 3\n'),
  text('the same series twice, equal', 'a 1\na 1\n'),
  text('the same series, labels turned', 'a{x="1",y="2"} 1\na{y="2",x="1"} 2\n'),
  text('NaN in all forms', 'a NaN\nb nan\nc Nan\nd NAN\n'),
  text('infinities', 'a +Inf\nb -Inf\nc Inf\nd inf\ne +INF\nf Infinity\n'),
  text('a signed NaN', 'a +NaN\n'),
  text('exponents', 'a 1e3\nb 1E-3\nc 1.5e+300\nd -2.5E10\n'),
  text('exponents beyond the range', 'a 1e400\n'),
  text('tiny numbers', 'a 5e-324\nb 1e-400\n'),
  text('hexadecimal numbers', 'a 0x1F\nb 0x1p-2\n'),
  text('a number with underscores', 'a 1_000\n'),
  text('a dot alone', 'a .\n'),
  text('dots at the ends', 'a .5\nb 5.\n'),
  text('many digits', 'a 0.1000000000000000055511151231257827\nb 123456789012345678901234567890\n'),
  text('negative zero', 'a -0\n'),
  text('no value', 'a\n'),
  text('a word for a value', 'a one\n'),
  text('two values', 'a 1 2 3\n'),
  text('a timestamp of text', 'a 1 now\n'),
  text('a fractional timestamp', 'a 1 1.5\n'),
  text('a very old timestamp', 'a 1 1000\nb 2\n'),
  text('a timestamp far ahead', 'a 1 4102444800000\nb 2\n'),
  text('a negative timestamp', 'a 1 -1000\nb 2\n'),
  text('escapes', 'a{x="\\\\ \\" \\n"} 1\n'),
  text('an unknown escape', 'a{x="\\q"} 1\n'),
  text('a backslash at the end', 'a{x="\\"} 1\n'),
  text('a raw newline in a value', 'a{x="one\ntwo"} 1\n'),
  text('a tab in a value', 'a{x="one\ttwo"} 1\n'),
  text('quotes that do not end', 'a{x="y} 1\n'),
  text('braces that do not end', 'a{x="y" 1\n'),
  text('a value without quotes', 'a{x=y} 1\n'),
  text('single quotes', "a{x='y'} 1\n"),
  text('braces alone', '{} 1\n'),
  text('braces with a label alone', '{x="y"} 1\n'),
  text('braces with a name', '{__name__="a"} 1\n'),
  text('a quoted name', '{"a"} 1\n', UTF8),
  text('a quoted name with a dot', '{"a.b",x="y"} 1\n', UTF8),
  text('a name with a dash', 'a-b 1\n'),
  text('a name with a colon', 'a:b 1\n'),
  text('a name that starts with a digit', '1a 1\n'),
  text('a label that starts with a digit', 'a{1x="y"} 1\n'),
  text('a label with a colon', 'a{x:y="z"} 1\n'),
  text('names of objects', 'constructor 1\n__proto__ 2\ntoString{valueOf="x",__proto__="y"} 3\n'),
  text('the target’s own labels', 'a{job="x",instance="y",body="z"} 1\n'),
  text(
    'a series called up',
    'up 7\nscrape_samples_scraped 7\n',
    'ours: what a target says of its own scrape never wins',
  ),
  text('unicode in a value', 'a{x="äöü ☃ 𝄞"} 1\n'),
  text('bytes that are no UTF-8 in a value', latin('a{x="\xff\xfe"} 1\n')),
  text('a cut character in a value', bytes(97, 123, 120, 61, 34, 0xe2, 0x98, 34, 125, 32, 49, 10)),
  text('bytes that are no UTF-8 in a name', latin('\xff 1\n')),
  text('a byte-order mark', bytes(0xef, 0xbb, 0xbf, 97, 32, 49, 10)),
  text('a NUL between', bytes(97, 32, 49, 10, 0, 98, 32, 50, 10)),
  text('a NUL in a value', 'a{x="\0"} 1\n'),
  text('TYPE twice', '# TYPE a counter\n# TYPE a gauge\na 1\n'),
  text('TYPE after the series', 'a 1\n# TYPE a counter\n'),
  text('an unknown TYPE', '# TYPE a thing\na 1\n'),
  text('TYPE without a type', '# TYPE a\na 1\n'),
  text('TYPE of another case', '# TYPE a COUNTER\na 1\n'),
  text('HELP without text', '# HELP a\na 1\n'),
  text('HELP twice', '# HELP a one\n# HELP a two\na 1\n'),
  text('HELP with escapes', '# HELP a one \\n two \\\\\na 1\n'),
  text('HELP and TYPE of nothing', '# HELP\n# TYPE\na 1\n'),
  text('no space behind the hash', '#HELP a x\n#TYPE a gauge\na 1\n'),
  text(
    'a histogram',
    '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n',
    LE,
  ),
  text(
    'a histogram with bounds as floats',
    '# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n',
  ),
  text('a histogram without +Inf', '# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_count 2\n'),
  text(
    'a histogram with falling buckets',
    '# TYPE h histogram\nh_bucket{le="0.5"} 5\nh_bucket{le="+Inf"} 2\n',
  ),
  text('a summary', '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 2\ns_count 3\n'),
  text('a summary with whole quantiles', '# TYPE s summary\ns{quantile="1"} 1\n', LE),
  text('good lines before a bad one', 'a 1\nb 2\nc 3\nd four\ne 5\n'),
  text('an HTML page', '<!doctype html><html><body>login</body></html>\n'),
  text('JSON', '{"a": 1}\n'),
  text('a long line', `a{x="${'y'.repeat(20_000)}"} 1\n`),
  text('many labels', `a{${Array.from({ length: 60 }, (_, i) => `l${i}="v"`).join(',')}} 1\n`),
  { name: 'status 201', body: 'a 1\n', status: 201 },
  { name: 'status 204', body: '', status: 204 },
  { name: 'status 404', body: 'a 1\n', status: 404 },
  { name: 'status 500', body: '', status: 500 },
  { name: 'no Content-Type', body: 'a 1\n', type: '', changed: TYPES },
  { name: 'HTML for a Content-Type', body: 'a 1\n', type: 'text/html', changed: TYPES },
  { name: 'a broken Content-Type', body: 'a 1\n', type: 'a/b/c', changed: TYPES },
  om('OpenMetrics', '# TYPE a counter\na_total 1\n# EOF\n'),
  om('OpenMetrics without EOF', 'a 1\n'),
  om('OpenMetrics with more after EOF', 'a 1\n# EOF\nb 2\n'),
  om('OpenMetrics without the last newline', 'a 1\n# EOF'),
  om('OpenMetrics with a blank line', 'a 1\n\n# EOF\n'),
  om('OpenMetrics with a comment', '# hello\na 1\n# EOF\n'),
  om('OpenMetrics with two spaces', 'a  1\n# EOF\n'),
  om('OpenMetrics with CRLF', 'a 1\r\n# EOF\r\n'),
  om('OpenMetrics with exemplars', '# TYPE a counter\na_total 1 # {trace_id="x"} 0.5\n# EOF\n'),
  om(
    'OpenMetrics with a broken exemplar',
    '# TYPE a counter\na_total 1 # {trace_id="x" 0.5\n# EOF\n',
  ),
  om(
    'OpenMetrics with a unit',
    '# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n# EOF\n',
  ),
  om('OpenMetrics with another unit', '# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n'),
  om(
    'OpenMetrics with info and stateset',
    '# TYPE i info\ni_info{v="1"} 1\n# TYPE s stateset\ns{s="x"} 1\n# EOF\n',
  ),
  om('OpenMetrics with created', '# TYPE a counter\na_total 1\na_created 1.5\n# EOF\n'),
  om('OpenMetrics, empty', '# EOF\n'),
]
