// What the scripts that work on a record share. The record's layout is in codec/record-layout.ts; here it is read and written
// by its header alone (GETRANGE, SETRANGE), so that a lease costs the same on a counter as on a megabyte.
//
// Words: a record is `alive` when it holds a value whose deadAt has not passed. A dead value may still lie there while the
// lease of its refresh lasts: it must not take the lease with it. Everyone honours deadAt in the header, not the key's expiry.
// It is `marked` when a load has left a living mark there, `reserved` when intents stand there, with or without a value.
//
// Needs nothing newer than Redis 6.0.
export const PRELUDE = `
local key = KEYS[1]
local HEAD = 96
local FORM = '>c1BHc16ddc16ddddI4I4I4'
local NONE = string.rep('\\0', 16)
-- Where header fields begin, as SETRANGE counts.
local AT_LEASE, AT_FRESH = 4, 60

-- The server's time in whole milliseconds.
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- The record's header, or nil, and whether anything lies there at all. Bytes that are not ours are no record.
local function look(now)
  -- pcall: under our key may lie a list or a hash, which answers an error.
  local head = redis.pcall('GETRANGE', key, 0, HEAD - 1)
  if type(head) == 'string' and #head == HEAD then
    local r, version, flags, spare = {}, nil, nil, nil
    r.kind, version, flags, r.token, r.till, r.leaseStamp, r.rev, spare, r.fresh, r.dead, r.stored, spare, r.tags, r.payload =
      struct.unpack(FORM, head)
    -- A flag that is set was set by a later version, as codec/record-layout.ts has it.
    r.size = HEAD + r.tags + r.payload
    if string.find('VLFUQW', r.kind, 1, true) and version == 1 and flags == 0
        and redis.call('STRLEN', key) >= r.size then
      local intents = r.kind == 'Q' or r.kind == 'W'
      r.alive = (r.kind == 'V' or r.kind == 'W') and r.dead > now
      r.marked = (r.kind == 'F' or r.kind == 'U') and r.dead > now
      r.reserved = intents and r.till > now
      -- Where intents stand, the newest of them has the place of the lease.
      if intents then r.token = NONE end
      r.leased = r.token ~= NONE
      return r, true
    end
  end
  return nil, redis.call('EXISTS', key) == 1
end

-- What is there without its value: header and tags, and the text of a mark. Bytes that are not ours are shown as none, which decode to a record
-- that nobody can read.
local function outline(r, exists)
  if r and r.marked then return redis.call('GETRANGE', key, 0, r.size - 1) end
  if r then return redis.call('GETRANGE', key, 0, HEAD + r.tags - 1) end
  if exists then return '' end
  return false
end

-- What lies behind the payload: the processes to be woken, 8 characters each, or intents.
local function tail(r)
  return redis.call('GETRANGE', key, r.size, -1)
end

local function waiters(r)
  if r and (r.kind == 'V' or r.kind == 'L') then return tail(r) end
  return ''
end

local function integer(number)
  return string.format('%.0f', number)
end

-- Lets the key live this many milliseconds more. Without an end when it is too far for Redis, Infinity included.
local function live(px)
  if px > 1e15 then
    redis.call('PERSIST', key)
  else
    redis.call('PEXPIRE', key, integer(math.ceil(px)))
  end
end

local function store(bytes, px)
  if px > 1e15 then
    redis.call('SET', key, bytes)
  elseif px > 0 then
    redis.call('SET', key, bytes, 'PX', integer(math.ceil(px)))
  else
    redis.call('DEL', key)
  end
end

-- How long a record that stands in full in an argument is to live.
local function lifeOf(bytes, now)
  return (struct.unpack('>d', bytes, 69)) - now
end
`

/** For scripts that change a value where transactions may have announced themselves. */
export const INTENTS = `
local INTENT = '>c16d'

-- The intents that stand, but for that of one token: as they lie there, the newest token, the first and the last end. And
-- whether that one token's is among them.
local function standing(r, now, except)
  local s = {list = '', newest = NONE, first = math.huge, last = 0, found = false}
  local all = r and r.reserved and tail(r) or ''
  for at = 1, #all - 23, 24 do
    local token, ends = struct.unpack(INTENT, all, at)
    if ends > now and token == except then
      s.found = true
    elseif ends > now then
      s.list, s.newest = s.list .. string.sub(all, at, at + 23), token
      s.first, s.last = math.min(s.first, ends), math.max(s.last, ends)
    end
  end
  return s
end

-- A value or none, as a record in full, beside the intents that stand. It ends with the first of them at the latest: a
-- transaction may still change what it was made of.
local function reserve(s, bytes, now)
  local fresh, dead = 0, 0
  if bytes then fresh, dead = struct.unpack('>dd', bytes, AT_FRESH + 1) end
  dead = math.min(dead, s.first)
  if dead > now then
    bytes = 'W' .. string.sub(bytes, 2, AT_LEASE) .. struct.pack('>c16dd', s.newest, s.last, 0)
      .. string.sub(bytes, AT_LEASE + 33, AT_FRESH) .. struct.pack('>dd', math.min(fresh, s.first), dead)
      .. string.sub(bytes, AT_FRESH + 17)
  else
    bytes = struct.pack(FORM, 'Q', 1, 0, s.newest, s.last, 0, s.newest, 0, s.last, s.last, 0, 0, 0, 0)
  end
  store(bytes .. s.list, s.last - now)
end
`

/** For scripts that tell other processes. Their first argument is what stands before a process id in an inbox's name. */
export const MESSAGES = `
-- pcall: a user who may not publish loses the speed of a wake, not the act, half of which would already be done.
local function tell(process, message)
  redis.pcall('PUBLISH', ARGV[1] .. process, message)
end

local function wake(list)
  for at = 1, #list - 7, 8 do tell(string.sub(list, at, at + 7), 'w ' .. key) end
end

-- Wakes with the record in hand, as text; without it where it is too large to be sent along.
local function bring(list, text)
  if text == '' then return wake(list) end
  for at = 1, #list - 7, 8 do tell(string.sub(list, at, at + 7), 'v ' .. key .. ' ' .. text) end
end

-- The token's first 8 characters name its process.
local function doom(token)
  tell(string.sub(token, 1, 8), 'd ' .. token)
end
`
