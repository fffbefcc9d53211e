/** What the server says is whole seconds, and its clock ticks once a second: nearer than this it is not known. */
const UNSURE_MS = 1000

/**
 * The clock that the processes of a fleet share: a server's. It is known to about two seconds, so a process whose own clock
 * agrees with it that well keeps its own, which is better; another is set right as far as is certain.
 *
 * Only the lengths of leases, ttls and intents depend on it, never what is valid.
 */
export class ServerTime {
  shiftMs = 0
  askedAt = -Infinity

  /**
   * @param seconds `time` of the server's `stats`
   * @param askedAt by this process's clock, as `answeredAt`
   */
  take(seconds: string | undefined, askedAt: number, answeredAt: number): void {
    const said = Number(seconds ?? Number.NaN) * 1000
    if (!Number.isFinite(said)) return
    this.askedAt = answeredAt
    const least = said - UNSURE_MS - answeredAt
    const most = said + 1000 + UNSURE_MS - askedAt
    this.shiftMs = least > 0 ? least : Math.min(most, 0)
  }
}
