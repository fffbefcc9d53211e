// Scripts of transactions that announce themselves under a key. See `INTENTS` in prelude.ts for what lies there then.
import { Script } from '../script.ts'
import { INTENTS, MESSAGES, PRELUDE } from './prelude.ts'

/**
 * ANNOUNCE(inbox, token, forMs): whatever was there goes, and nobody may load until the intent is gone. Announced again, it
 * lasts longer, and what was written since it was announced first stays.
 */
export const ANNOUNCE: Script = new Script(
  'ANNOUNCE',
  `${PRELUDE}${MESSAGES}${INTENTS}
local token, forMs = ARGV[2], tonumber(ARGV[3])
local now = clock()
local r = look(now)
local s = standing(r, now, token)

local value = nil
if s.found and r.alive then value = redis.call('GETRANGE', key, 0, r.size - 1) end

local ends = now + forMs
s.list, s.newest = s.list .. struct.pack(INTENT, token, ends), token
s.first, s.last = math.min(s.first, ends), math.max(s.last, ends)
local list = waiters(r)
reserve(s, value, now)
if r and r.leased then doom(r.token) end
wake(list)
return 1
`,
)

/** RETRACT(token): the intent goes; a value that was written meanwhile stays, and is like any other after the last intent. */
export const RETRACT: Script = new Script(
  'RETRACT',
  `${PRELUDE}${INTENTS}
local now = clock()
local r = look(now)
local s = standing(r, now, ARGV[1])
if not s.found then return 0 end

if not r.alive then
  if s.list == '' then redis.call('DEL', key) else reserve(s, nil, now) end
  return 1
end

local bytes = redis.call('GETRANGE', key, 0, r.size - 1)
if s.list == '' then
  local free = struct.pack('>c16dd', NONE, 0, 0)
  bytes = 'V' .. string.sub(bytes, 2, AT_LEASE) .. free .. string.sub(bytes, AT_LEASE + 33)
  store(bytes, r.dead - now)
else
  reserve(s, bytes, now)
end
return 1
`,
)
