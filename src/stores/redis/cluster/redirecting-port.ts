// A node's connection that goes where the node sends it. Slots move between nodes while a cluster is resharded, and to a
// replica when it fails over; the node that is asked says where the key is now (MOVED) or for this once (ASK).
import type { Clock } from '../../../base/clock.ts'
import type { Command, PortState, RedisPort, Reply } from '../port.ts'

/** Who knows the other nodes. */
export interface Router {
  /** The connection to the node at this address, made if there is none. */
  portOf(address: string): RedisPort
  /** A slot has a new owner. */
  moved(slot: number, address: string): void
}

/** More than a slot moves in one act; a loop among confused nodes ends here. */
const MAX_HOPS = 8
/** A slot whose keys are moving is unavailable to acts on two keys for so long at a time. */
const TRY_AGAIN_MS = 25

export class RedirectingPort implements RedisPort {
  readonly #node: RedisPort
  readonly #router: Router
  readonly #clock: Clock

  constructor(node: RedisPort, router: Router, clock: Clock) {
    this.#node = node
    this.#router = router
    this.#clock = clock
  }

  get state(): PortState {
    return this.#node.state
  }

  get reason(): unknown {
    return this.#node.reason
  }

  get started(): Promise<void> {
    return this.#node.started
  }

  async send(commands: readonly Command[]): Promise<readonly Reply[]> {
    const replies = await this.#node.send(commands)
    if (!replies.some(isRedirection)) return replies
    const follow = async (reply: Reply, index: number): Promise<Reply> =>
      isRedirection(reply) ? await this.#follow(commands[index] as Command, reply) : reply
    return await Promise.all(replies.map(follow))
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    await this.#node.subscribe(channel, listener)
  }

  distrust(reason: Error): void {
    this.#node.distrust(reason)
  }

  close(): void {
    this.#node.close()
  }

  // What was redirected was not done, so sending it again does it once. Never rejects.
  async #follow(command: Command, refused: Error): Promise<Reply> {
    let node = this.#node
    let reply: Reply = refused
    for (let hop = 0; hop < MAX_HOPS && isRedirection(reply); hop++) {
      const [kind, slot, address = ''] = reply.message.split(' ')
      if (kind === 'TRYAGAIN') {
        await new Promise<void>((resolve) => this.#clock.after(TRY_AGAIN_MS, resolve))
      } else {
        if (kind === 'MOVED') this.#router.moved(Number(slot), address)
        node = this.#router.portOf(address)
      }
      if (node.state === 'starting') await node.started
      if (node.state !== 'up') return new Error(`the node ${address} cannot be reached`)
      const asking = kind === 'ASK'
      const replies = await node.send(asking ? [['ASKING'], command] : [command])
      reply = replies.at(-1) as Reply
    }
    return reply
  }
}

function isRedirection(reply: Reply): reply is Error {
  return reply instanceof Error && /^(MOVED|ASK|TRYAGAIN)\b/.test(reply.message)
}
