import type { Mail, MailService } from '../../../examples/store/mails/stand-in.ts'

/** A mail provider that takes mails when it is told to. */
export class HeldMails implements MailService {
  readonly delivered: Mail[] = []
  /** How many more it refuses. */
  failures = 0
  #gate = Promise.resolve()
  #open = (): void => {}

  hold(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve))
  }

  release(): void {
    this.#open()
  }

  async send(mail: Mail): Promise<void> {
    await this.#gate
    if (this.failures > 0) {
      this.failures--
      throw new Error('The mail provider is out of order.')
    }
    this.delivered.push(mail)
  }
}
