import { expect, test } from 'vitest'
import { httpUrlMistake, parseUrl, redactedUrl } from './url.ts'

test('URLs are taken apart as the reference does', () => {
  const check = (text: string, scheme: string, host: string, path: string): void =>
    expect(parseUrl(text), text).toEqual({ scheme, host, path })
  check('http://a:1/b?c#d', 'http', 'a:1', '/b')
  check('HTTPS://u:p@a', 'https', 'a', '')
  check('localhost:9090', 'localhost', '', '9090')
  check('/path', '', '', '/path')
  check('unix:///var/run/x.sock', 'unix', '', '/var/run/x.sock')
  check('http://[::1]:80/', 'http', '[::1]:80', '/')
})

test('texts that are no URLs are refused, without their password', () => {
  const check = (text: string, message: string): void =>
    expect(() => parseUrl(text), text).toThrow(message)
  check('://x', 'missing protocol scheme')
  check('1.2.3.4:9090', 'first path segment in URL cannot contain colon')
  check('http://a b', 'invalid character " " in host name')
  check('http://a:b', 'invalid port ":b" after host')
  check('http://a/%zz', 'invalid URL escape "%zz"')
  check('::http://u:canary@h', 'u:xxxxx@h')
})

test('a password in a URL is never shown', () => {
  expect(redactedUrl('http://u:p:q@h/x')).toBe('http://u:xxxxx@h/x')
  expect(redactedUrl('u:p@h:1')).toBe('u:xxxxx@h:1')
  expect(redactedUrl('http://h:1/a@b')).toBe('http://h:1/a@b')
})

test('an HTTP URL has a scheme and a host', () => {
  expect(httpUrlMistake('')).toBe('URL is missing')
  expect(httpUrlMistake('ftp://a')).toBe("URL scheme must be 'http' or 'https'")
  expect(httpUrlMistake('http://')).toBe('host is missing in URL')
  expect(httpUrlMistake('https://a')).toBeUndefined()
})
