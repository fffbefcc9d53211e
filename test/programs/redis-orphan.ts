// Starts a Redis and forgets it. With `exit` it ends by itself, otherwise it waits to be killed.
import { startRedis } from '../servers/redis.ts'

const { pid, dir } = await startRedis()
process.stdout.write(`${JSON.stringify({ pid, dir })}\n`)
if (process.argv[2] !== 'exit') setInterval(() => {}, 60_000)
