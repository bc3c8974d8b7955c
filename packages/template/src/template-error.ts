import { UserError } from '@pharos/base'

/** A template cannot be read or executed; the message is Go's: `template: name:1:3: executing "name" at <.x>: …`. */
export class TemplateError extends UserError {
  constructor(code: 'template/parse' | 'template/execute' | 'template/limit', message: string) {
    super(code, message)
    this.name = 'TemplateError'
  }
}
