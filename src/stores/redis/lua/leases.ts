// Scripts of the lease protocol. Times are the server's, so that no process's clock decides who may load.
import { Script } from '../script.ts'
import { MESSAGES, PRELUDE } from './prelude.ts'

/**
 * ACQUIRE(inbox, token, leaseMs, seen, stamp, need). Answers
 * {'hit', record} when a value lives there that the caller has not seen,
 * {'busy', holder, remainingMs} when a valid load is running: the caller's process is on the list to be woken,
 * {'bypass'} when nothing that is loaded now may be stored,
 * {'lease', stolen} when the caller may load.
 */
export const ACQUIRE: Script = new Script(
  'ACQUIRE',
  `${PRELUDE}${MESSAGES}
local token, leaseMs, seen = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local stamp, need = tonumber(ARGV[5]), tonumber(ARGV[6])
local now = clock()
local r = look(now)

if r and r.alive and r.rev ~= seen then return {'hit', redis.call('GET', key)} end

if r and (r.reserved or r.marked and r.kind == 'U') then return {'bypass'} end

-- The caller's own token: its first ACQUIRE arrived and the answer was lost.
local others = r and r.leased and r.token ~= token
if others and r.till > now and r.leaseStamp >= need then
  local list, process = waiters(r), string.sub(token, 1, 8)
  local listed = false
  for at = 1, #list - 7, 8 do
    if string.sub(list, at, at + 7) == process then listed = true end
  end
  if not listed then redis.call('APPEND', key, process) end
  return {'busy', r.token, math.ceil(r.till - now)}
end

-- Free, lapsed, or loading what is already invalid. An abandoned lease vanishes with its key.
local px = 4 * leaseMs
if r and (r.alive or r.kind == 'L') then
  redis.call('SETRANGE', key, AT_LEASE, struct.pack('>c16dd', token, now + leaseMs, stamp))
  if r.alive then px = math.max(px, r.dead - now) end
  live(px)
else
  -- A dead value goes, its waiters stay. A mark has none.
  local bare = struct.pack(FORM, 'L', 1, 0, token, now + leaseMs, stamp, NONE, 0, 0, 0, 0, 0, 0, 0)
  store(bare .. waiters(r), px)
end
if others then doom(r.token) end
return {'lease', others and 1 or 0}
`,
)

/**
 * COMMIT(inbox, token, record, text): stores it if the token still holds the lease, and sends `text`, the record in base64 or
 * nothing, along with the wakes. Answers 1 or 0.
 */
export const COMMIT: Script = new Script(
  'COMMIT',
  `${PRELUDE}${MESSAGES}
local token, bytes = ARGV[2], ARGV[3]
local now = clock()
local r = look(now)
if not (r and r.token == token) then return 0 end

local list = waiters(r)
store(bytes, lifeOf(bytes, now))
bring(list, ARGV[4])
return 1
`,
)

/** RENEW(token, leaseMs): answers 1, or 0 when the token does not hold the lease. */
export const RENEW: Script = new Script(
  'RENEW',
  `${PRELUDE}
local token, leaseMs = ARGV[1], tonumber(ARGV[2])
local now = clock()
local r = look(now)
if not (r and r.token == token) then return 0 end

redis.call('SETRANGE', key, AT_LEASE, struct.pack('>c16dd', token, now + leaseMs, r.leaseStamp))
local px = 4 * leaseMs
if r.alive then px = math.max(px, r.dead - now) end
live(px)
return 1
`,
)

/**
 * RELEASE(inbox, token, mark, forMs, text): the lease goes, a value that lives stays, the waiters look again. Answers 1 or 0.
 * `mark`, unless empty, is a record in full that takes the place of no value, for so long by the server's clock; `text` is the
 * same in base64, sent along with the wakes.
 */
export const RELEASE: Script = new Script(
  'RELEASE',
  `${PRELUDE}${MESSAGES}
local token, mark = ARGV[2], ARGV[3]
local now = clock()
local r = look(now)
if not (r and r.token == token) then return 0 end

local list = waiters(r)
if not r.alive and mark ~= '' then
  local px = tonumber(ARGV[4])
  local ends = struct.pack('>dd', now + px, now + px)
  store(string.sub(mark, 1, AT_FRESH) .. ends .. string.sub(mark, AT_FRESH + 17), px)
  bring(list, ARGV[5])
  return 1
end

if not r.alive then
  redis.call('DEL', key)
elseif list == '' then
  redis.call('SETRANGE', key, AT_LEASE, struct.pack('>c16dd', NONE, 0, 0))
  live(r.dead - now)
else
  local rest = redis.call('GETRANGE', key, AT_LEASE + 32, r.size - 1)
  local start = redis.call('GETRANGE', key, 0, AT_LEASE - 1)
  store(start .. struct.pack('>c16dd', NONE, 0, 0) .. rest, r.dead - now)
end
wake(list)
return 1
`,
)
