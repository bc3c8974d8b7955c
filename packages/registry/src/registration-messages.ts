// What a registration says, in two languages. The Chinese line is the seed's own.

export type Language = 'en' | 'zh'

interface Messages {
  readonly registered: string
  readonly restored: string
  readonly lost: string
  readonly failed: string
  readonly taken: string
  readonly deregistered: string
  readonly notDeregistered: string
}

export const MESSAGES: Readonly<Record<Language, Messages>> = {
  en: {
    registered: 'service registered',
    restored: 'service registered again',
    lost: 'service registration lost',
    failed: 'service registration failed, trying again',
    taken: 'another instance holds this service id, waiting for it to go',
    deregistered: 'service deregistered',
    notDeregistered: 'service could not be deregistered; its lease will run out',
  },
  zh: {
    registered: '服务注册成功',
    restored: '服务重新注册成功',
    lost: '服务注册已丢失',
    failed: '服务注册失败,正在重试',
    taken: '该服务 ID 已被另一个实例占用,等待其退出',
    deregistered: '服务注销成功',
    notDeregistered: '服务注销失败,租约到期后将自动移除',
  },
}
