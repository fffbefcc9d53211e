// Connections to whichever server the sentinels name as the primary. They are asked anew for each connection: after a
// failover the old one is lost, and the next leads to the new primary.
// Source: Redis Sentinel documentation, "Guidelines for Redis clients".
import { type Address, addressText } from './cluster/address.ts'
import type { Connect, Connection } from './own-port.ts'
import type { Reply } from './port.ts'

export interface SentinelParts {
  readonly sentinels: readonly Address[]
  /** The name under which the sentinels watch the primary. */
  readonly group: string
  readonly connectToSentinel: (address: Address) => Connect
  readonly connectTo: (address: Address) => Connect
}

export function connectBySentinel(parts: SentinelParts): Connect {
  const { sentinels, group, connectTo } = parts
  // The one that answered last comes first.
  let best = sentinels[0] as Address
  return async (lost, signal) => {
    const silent: unknown[] = []
    for (const sentinel of new Set([best, ...sentinels])) {
      let address: Address | undefined
      try {
        address = await askForPrimary(parts, sentinel, signal)
      } catch (error) {
        signal.throwIfAborted()
        silent.push(error)
        continue
      }
      best = sentinel
      if (address === undefined) {
        throw new Error(
          `the sentinel ${addressText(sentinel)} does not know '${group}' (option 'sentinel')`,
        )
      }
      return await primaryOnly(await connectTo(address)(lost, signal), address)
    }
    const where = sentinels.map(addressText).join(', ')
    throw new AggregateError(silent, `no sentinel answers at ${where}`)
  }
}

async function askForPrimary(
  { connectToSentinel, group }: SentinelParts,
  sentinel: Address,
  signal: AbortSignal,
): Promise<Address | undefined> {
  let fail: (reason: unknown) => void = () => {}
  const broken = new Promise<never>((_, reject) => (fail = reject))
  broken.catch(() => {})
  const connection = await connectToSentinel(sentinel)(fail, signal)
  const abort = (): void => fail(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    const command = ['SENTINEL', 'get-master-addr-by-name', group]
    const [reply] = await Promise.race([connection.send([command]), broken])
    if (reply instanceof Error) throw reply
    if (reply == null) return undefined
    const [host, port] = reply as readonly Reply[]
    return { host: String(host), port: Number(String(port)) }
  } finally {
    signal.removeEventListener('abort', abort)
    connection.destroy()
  }
}

// A sentinel may be behind: a server that has just been demoted would refuse every write.
async function primaryOnly(connection: Connection, address: Address): Promise<Connection> {
  const [reply] = await connection.send([['ROLE']])
  const role = Array.isArray(reply) ? String((reply as readonly Reply[])[0]) : ''
  // A user who may not ask is believed.
  if (role === 'master' || reply instanceof Error) return connection
  connection.destroy()
  throw new Error(`the sentinels name ${addressText(address)}, which is not the primary yet`)
}
