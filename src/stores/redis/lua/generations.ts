// Scripts on the hash of generations: `#` the clock (the newest stamp issued), `!` the floor (what counts for fields
// without a stamp), and one field per thing that was ever invalidated. Stamps are whole microseconds as decimal text.
//
// The hash may be gone: evicted, flushed, never made. Then nothing is known of past invalidations, so everything that was
// written before must count as invalid: the floor becomes now. A loss costs misses, never staleness.
import { Script } from '../script.ts'

const STAMPS = `
local gen = KEYS[1]

-- A stamp newer than every one before, also when the server's clock was set back.
local function issue()
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
  local last = tonumber(redis.call('HGET', gen, '#') or '')
  if last and last >= now then now = last + 1 end
  return string.format('%.0f', now)
end

local function known()
  local have = redis.call('HMGET', gen, '#', '!')
  return have[1] and have[2]
end
`

/** BUMP(field...): gives the fields one new stamp and answers it. */
export const BUMP: Script = new Script(
  'BUMP',
  `${STAMPS}
local stamp = issue()
if not known() then redis.call('HSET', gen, '!', stamp) end
redis.call('HSET', gen, '#', stamp)
for at = 1, #ARGV do redis.call('HSET', gen, ARGV[at], stamp) end
return stamp
`,
)

/** INIT(field...): makes the hash if there is none; answers clock, floor and the fields, as HMGET would. */
export const INIT: Script = new Script(
  'INIT',
  `${STAMPS}
if not known() then
  local stamp = issue()
  redis.call('HSET', gen, '#', stamp, '!', stamp)
end
local answer = redis.call('HMGET', gen, '#', '!')
for at = 1, #ARGV do answer[at + 2] = redis.call('HGET', gen, ARGV[at]) end
return answer
`,
)
