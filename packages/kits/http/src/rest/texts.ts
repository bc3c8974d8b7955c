// What the server says by itself, in both languages.

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

interface Texts {
  readonly notFound: string
  readonly notAllowed: string
  readonly internal: string
  readonly unauthorized: string
  readonly invalid: string
  readonly mobile: string
  readonly wantsJson: string
  readonly badJson: string
  readonly tooLarge: string
}

export const TEXTS: Readonly<Record<Language, Texts>> = {
  zh: {
    notFound: '没有这个路径',
    notAllowed: '此路径不支持该方法',
    internal: '服务器内部错误',
    unauthorized: '请先登录',
    invalid: '请求参数有误',
    mobile: '手机号码格式不正确',
    wantsJson: '请求体必须是 application/json',
    badJson: '请求体不是有效的 JSON',
    tooLarge: '请求体过大',
  },
  en: {
    notFound: 'there is no such path',
    notAllowed: 'this path does not take the method',
    internal: 'internal error',
    unauthorized: 'a valid token is needed',
    invalid: 'the request is not valid',
    mobile: 'not a mobile number',
    wantsJson: 'the body must be application/json',
    badJson: 'the body is not valid JSON',
    tooLarge: 'the body is too large',
  },
}
