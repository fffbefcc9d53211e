// Scripts on the hash of generations: `#` the clock (the newest stamp issued), `!` the floor (what counts for fields
// without a stamp), and one field per thing that was ever invalidated. Stamps are whole microseconds as decimal text.
//
// The hash may be gone: evicted, flushed, never made. Then nothing is known of past invalidations, so everything that was
// written before must count as invalid: the floor becomes now. A loss costs misses, never staleness.
//
// While transactions have announced a change of a field its value is `stamp:token end,token end`, with no stamp before the
// colon if there was none. An intent that is over becomes a bump as soon as anybody looks, before he is shown anything:
// readers see by their own idea of the server's time that they should ask, and the server decides. Its stamp is a new one
// and not the intent's end, so that it is newer than all that was loaded meanwhile, whatever the server's clock has done.
import { Script } from '../script.ts'
import { APPENDING } from './feed.ts'

const STAMPS = `
local gen = KEYS[1]

local function text(stamp)
  return string.format('%.0f', stamp)
end

local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function newest()
  return tonumber(redis.call('HGET', gen, '#') or '') or 0
end

-- A stamp newer than every one before, also when the server's clock was set back.
local function issue()
  return math.max(clock(), newest() + 1)
end

local function known()
  local have = redis.call('HMGET', gen, '#', '!')
  return have[1] and have[2]
end

local function make()
  if known() then return end
  local stamp = text(issue())
  redis.call('HSET', gen, '#', stamp, '!', stamp)
end
`

// Whoever keeps copies learns of it, if there is anybody.
const LOGGING = `${APPENDING}
local function logged(channel, stamp, fields)
  if #fields == 0 or (tonumber(redis.call('HGET', gen, '@') or '') or 0) <= clock() / 1000 then return end
  local parts = {'s', text(stamp)}
  for at = 1, #fields do
    parts[#parts + 1] = 'f'
    parts[#parts + 1] = fields[at]
  end
  append(KEYS[2], channel, unpack(parts))
end
`

const INTENTS = `
-- What a field's value says at a time: its stamp, and the intents that stand but for that of one token. If an intent is over,
-- of any token, the stamp is a new one; also if nobody can read the value.
local function parse(value, now, except)
  if not value then return nil, {} end
  local stamp, list = string.match(value, '^(%d+)$'), ''
  if not stamp then stamp, list = string.match(value, '^(%d*):(.+)$') end
  local standing, read, over = {}, {}, false
  for token, ends in string.gmatch(list or '', '([^ ,]+) (%d+)') do
    local one = token .. ' ' .. ends
    read[#read + 1] = one
    if tonumber(ends) <= now then
      over = true
    elseif token ~= except then
      standing[#standing + 1] = one
    end
  end
  if not stamp or table.concat(read, ',') ~= list then return issue(), {} end
  return over and issue() or tonumber(stamp), standing
end

-- Gives a field its value, and answers its stamp.
local function put(field, bump, standing)
  local value = bump and text(bump) or ''
  if #standing > 0 then value = value .. ':' .. table.concat(standing, ',') end
  if value == '' then redis.call('HDEL', gen, field) else redis.call('HSET', gen, field, value) end
  if bump and bump > newest() then
    redis.call('HSET', gen, '#', text(bump))
    logged(ARGV[1], bump, {field})
  end
end
`

/**
 * BUMP(gen, log; channel, token, field...): gives the fields one new stamp and answers it. The token's intents go, those of
 * others stay.
 */
export const BUMP: Script = new Script(
  'BUMP',
  `${STAMPS}${LOGGING}${INTENTS}
local now, stamp = clock(), issue()
if not known() then redis.call('HSET', gen, '!', text(stamp)) end
redis.call('HSET', gen, '#', text(stamp))
local fields = {}
for at = 3, #ARGV do
  fields[#fields + 1] = ARGV[at]
  local value = redis.call('HGET', gen, ARGV[at])
  if value and string.find(value, ':', 1, true) then
    local _, standing = parse(value, now, ARGV[2])
    put(ARGV[at], stamp, standing)
  else
    redis.call('HSET', gen, ARGV[at], text(stamp))
  end
end
logged(ARGV[1], stamp, fields)
return text(stamp)
`,
)

/**
 * INIT(gen, log; channel, field...): makes the hash if there is none, and makes bumps of intents that are over. Answers clock,
 * floor, until when the log is read, and the fields, as HMGET would if there were no intents.
 */
export const INIT: Script = new Script(
  'INIT',
  `${STAMPS}${LOGGING}${INTENTS}
make()
local now, bumps = clock(), {}
for at = 2, #ARGV do
  local value = redis.call('HGET', gen, ARGV[at])
  if value then
    local bump, standing = parse(value, now)
    put(ARGV[at], bump, standing)
    bumps[at] = bump
  end
end
local answer = redis.call('HMGET', gen, '#', '!', '@')
for at = 2, #ARGV do answer[at + 2] = bumps[at] and text(bumps[at]) end
return answer
`,
)

/** INTEND(gen, log; channel, token, forMicroseconds, field...): the token's intents last that long from now. */
export const INTEND: Script = new Script(
  'INTEND',
  `${STAMPS}${LOGGING}${INTENTS}
make()
local now, token = clock(), ARGV[2]
local ends = now + tonumber(ARGV[3])
for at = 4, #ARGV do
  local bump, standing = parse(redis.call('HGET', gen, ARGV[at]), now, token)
  standing[#standing + 1] = token .. ' ' .. text(ends)
  put(ARGV[at], bump, standing)
end
return 1
`,
)

/** WITHDRAW(gen, log; channel, token, field...): the token's intents go, unless they are over. */
export const WITHDRAW: Script = new Script(
  'WITHDRAW',
  `${STAMPS}${LOGGING}${INTENTS}
local now = clock()
for at = 3, #ARGV do
  local value = redis.call('HGET', gen, ARGV[at])
  if value then put(ARGV[at], parse(value, now, ARGV[2])) end
end
return 1
`,
)
