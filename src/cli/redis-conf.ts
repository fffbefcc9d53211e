import { type Command, EXIT } from './command.ts'

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

/** `breakwater redis:conf`: the settings of two small servers, one for what may be lost and one for what may not. */
export const redisConfCommand: Command = {
  name: 'redis:conf',
  otherNames: ['redis-config'],
  words: '',
  mostWords: 0,
  summary: 'prints the settings of two servers: one for the cache, one for queues and sessions',
  options: {},
  examples: [['breakwater redis:conf', 'cache.conf and data.conf, to be cut in two']],

  async run({ terminal }) {
    terminal.write(CONFIGS)
    return EXIT.ok
  },
}
