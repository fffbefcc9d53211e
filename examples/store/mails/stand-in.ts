// Stands in for a mail provider, so that the example sends nothing to anybody: takes mails, and as long as one would.

export interface Mail {
  /** Providers take one: what is sent twice under it is delivered once. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

export interface MailService {
  /** Of those delivered by this process, the latest. */
  readonly delivered: readonly Mail[]
  send(mail: Mail): Promise<void>
}

const LATENCY_MS = 50
const KEPT = 100

export function recordMails(): MailService {
  const delivered = new Map<string, Mail>()
  return {
    get delivered() {
      return [...delivered.values()].toReversed()
    },
    async send(mail) {
      await new Promise((resolve) => setTimeout(resolve, LATENCY_MS))
      if (delivered.has(mail.id)) return
      delivered.set(mail.id, mail)
      const [oldest] = delivered.keys()
      if (delivered.size > KEPT && oldest !== undefined) delivered.delete(oldest)
    },
  }
}
