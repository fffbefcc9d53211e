import type { Command } from './command.ts'

const CONFIGS = `# cache.conf: may lose anything at any time, and never stops taking writes.
#   redis-server cache.conf
port 6380
maxmemory 512mb
maxmemory-policy allkeys-lfu
save ""
appendonly no
lazyfree-lazy-eviction yes
lazyfree-lazy-expire yes

# data.conf: job queues and sessions. Loses nothing, and says so when it is full.
#   redis-server data.conf
port 6379
maxmemory 512mb
maxmemory-policy noeviction
save ""
appendonly yes
appendfsync everysec
`

/** `breakwater redis-config`: the settings of two small servers, one for what may be lost and one for what may not. */
export const redisConfig: Command = {
  name: 'redis-config',
  usage: 'redis-config',
  summary: 'prints the settings of two servers: one for the cache, one for queues and sessions',

  async run(_, write) {
    write(CONFIGS)
    return 0
  },
}
