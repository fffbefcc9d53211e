// Scripts on the log of invalidations: a stream beside the hash of generations, in the same slot. Each record names the one
// before it (`p`), so that a reader notices what is missing; keys follow as `k`, fields as `f` with their stamp as `s`.
//
// In the hash, `@` says until when (server's milliseconds) anybody reads the log: every act sees it in its own round trip.
import { Script } from '../script.ts'

/** Enough for a reader that was away for a second at thousands of invalidations in it. */
const MOST_RECORDS = 10_000
const LIVES_MS = 86_400_000

/** `append(log, channel, ...)`: writes a record and tells the readers. */
export const APPENDING = `
local function append(log, channel, ...)
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  redis.call('XADD', log, 'MAXLEN', '~', ${MOST_RECORDS}, '*', 'p', last and last[1] or '', ...)
  -- pcall: a user who may not publish has readers that look three times per second.
  redis.pcall('PUBLISH', channel, 'r')
end
`

/** APPEND(channel, key...). */
export const APPEND: Script = new Script(
  'APPEND',
  `${APPENDING}
local parts = {}
for at = 2, #ARGV do
  parts[#parts + 1] = 'k'
  parts[#parts + 1] = ARGV[at]
end
append(KEYS[1], ARGV[1], unpack(parts))
return 1
`,
)

/** FOLLOW(gen, log, readers; process, maxStalenessMs, forMs): announces a reader; answers where the log ends. */
export const FOLLOW: Script = new Script(
  'FOLLOW',
  `
local gen, log, readers = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local ends = now + tonumber(ARGV[3])

local all = redis.call('HGETALL', readers)
for at = 1, #all, 2 do
  if (tonumber(string.match(all[at + 1], '^%d+')) or 0) <= now then redis.call('HDEL', readers, all[at]) end
end
redis.call('HSET', readers, ARGV[1], string.format('%.0f', ends) .. ':' .. ARGV[2])
redis.call('PEXPIRE', readers, ${LIVES_MS})
if ends > (tonumber(redis.call('HGET', gen, '@') or '') or 0) then
  redis.call('HSET', gen, '@', string.format('%.0f', ends))
end

local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
local id = last and last[1] or redis.call('XADD', log, '*', 'p', '')
redis.call('PEXPIRE', log, ${LIVES_MS})
return id
`,
)
