// Scripts that write, remove and change values.
import { Script } from '../script.ts'
import { INTENTS, MESSAGES, PRELUDE } from './prelude.ts'

/**
 * WRITE(inbox, when, rev, record): `when` is `always`, `absent` or `rev`. Answers 1, or 0 and what stood in the way.
 * A value written by hand beats a load in flight: the holder is doomed, its waiters look again. A mark is nothing in the way.
 */
export const WRITE: Script = new Script(
  'WRITE',
  `${PRELUDE}${MESSAGES}${INTENTS}
local when, rev, bytes = ARGV[2], ARGV[3], ARGV[4]
local now = clock()
local r, exists = look(now)
local alive = r and r.alive

if when == 'absent' and alive then return {0, outline(r, exists)} end
if when == 'rev' and not (alive and r.rev == rev) then return {0, alive and outline(r, exists)} end

local list = waiters(r)
local s = standing(r, now)
if s.list == '' then store(bytes, lifeOf(bytes, now)) else reserve(s, bytes, now) end
if r and r.leased then doom(r.token) end
wake(list)
return {1, false}
`,
)

/**
 * REMOVE(inbox, values, rev, intent): `values` is `1` to answer the value too; `rev`, unless empty, spares every other value.
 * Answers what was removed, or nil, also for a mark. Intents stay, save that of the token `intent`.
 *
 * With `rev` a lease on the value stays: whoever sweeps an invalid value away has nothing against the load that
 * replaces it.
 */
export const REMOVE: Script = new Script(
  'REMOVE',
  `${PRELUDE}${MESSAGES}${INTENTS}
local values, rev = ARGV[2] == '1', ARGV[3]
local now = clock()
local r, exists = look(now)
if not exists then return false end

local valued = r and (r.kind == 'V' or r.kind == 'W')
if rev ~= '' and not (valued and r.rev == rev) then return false end
local found = false
if valued and values then
  found = redis.call('GETRANGE', key, 0, r.size - 1)
elseif valued or not r or r.kind == 'L' then
  found = outline(r, exists)
end

if rev ~= '' and r.leased and r.till > now then
  local bare = struct.pack(FORM, 'L', 1, 0, r.token, r.till, r.leaseStamp, NONE, 0, 0, 0, 0, 0, 0, 0)
  store(bare .. waiters(r), 4 * (r.till - now))
  return found
end

local list, s = waiters(r), standing(r, now, ARGV[4])
if s.list == '' then redis.call('DEL', key) else reserve(s, nil, now) end
if r and r.leased then doom(r.token) end
wake(list)
return found
`,
)

/** PEEK(): what is there without its value, or nil. */
export const PEEK: Script = new Script(
  'PEEK',
  `${PRELUDE}
return outline(look(0))
`,
)

/** TOUCH(freshUntil, deadAt), server's milliseconds: only a fresh value gets new times. Answers the value's record as it was, or nil. */
export const TOUCH: Script = new Script(
  'TOUCH',
  `${PRELUDE}${INTENTS}
local fresh, dead = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = clock()
local r, exists = look(now)
if not (r and r.alive) then return false end
local found = outline(r, exists)
if r.fresh <= now then return found end

local s = standing(r, now)
if s.list ~= '' then
  local bytes = redis.call('GETRANGE', key, 0, r.size - 1)
  bytes = string.sub(bytes, 1, AT_FRESH) .. struct.pack('>dd', fresh, dead) .. string.sub(bytes, AT_FRESH + 17)
  reserve(s, bytes, now)
  return found
end
local px = dead - now
-- While its refresh is running the key stays at least as long as it would have.
if r.leased then px = math.max(px, redis.call('PTTL', key), r.till - now) end
if px > 0 then
  redis.call('SETRANGE', key, AT_FRESH, struct.pack('>dd', fresh, dead))
  live(px)
else
  redis.call('DEL', key)
end
return found
`,
)
