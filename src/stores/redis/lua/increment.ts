// Adding to an integer in place. Lua's numbers are doubles, exact up to 2^53 only; what may go beyond is added digit by
// digit, as decimal text, so that a counter is exact at any size.
import { Script } from '../script.ts'
import { PRELUDE } from './prelude.ts'

/** `add(a, b)` of two integers as decimal text. Exported to be tested against BigInt. */
export const DECIMAL = `
-- Sign and digits without leading zeros, or nil.
local function parse(text)
  local sign, digits = string.match(text, '^(%-?)0*(%d+)$')
  return sign, digits
end

-- Whether the digits of a are a larger number than those of b, or the same.
local function atLeast(a, b)
  if #a ~= #b then return #a > #b end
  return a >= b
end

-- The digits of larger +/- smaller; step is 1 or -1. Seven digits at a time: their sums stay far below 2^53.
local function combine(larger, smaller, step)
  local parts, carry = {}, 0
  local i, j = #larger, #smaller
  while i > 0 do
    local sum = tonumber(string.sub(larger, math.max(i - 6, 1), i)) + carry
    if j > 0 then sum = sum + step * tonumber(string.sub(smaller, math.max(j - 6, 1), j)) end
    carry = 0
    if sum >= 1e7 then sum, carry = sum - 1e7, 1 end
    if sum < 0 then sum, carry = sum + 1e7, -1 end
    table.insert(parts, 1, string.format('%07d', sum))
    i, j = i - 7, j - 7
  end
  if carry == 1 then table.insert(parts, 1, '1') end
  return (string.gsub(table.concat(parts), '^0+(%d)', '%1'))
end

local function add(a, b)
  local aSign, aDigits = parse(a)
  local bSign, bDigits = parse(b)
  if #aDigits <= 15 and #bDigits <= 15 then
    return string.format('%.0f', tonumber(aSign .. aDigits) + tonumber(bSign .. bDigits))
  end
  if not atLeast(aDigits, bDigits) then
    aSign, aDigits, bSign, bDigits = bSign, bDigits, aSign, aDigits
  end
  local sum = combine(aDigits, bDigits, aSign == bSign and 1 or -1)
  if sum == '0' then return sum end
  return aSign .. sum
end
`

/**
 * INCREMENT(delta), decimal text. Answers nil when no value lives there, {0, found} when it is not an integer, {1, found,
 * payload} with what was found before and the payload that is there now. Times, tags, stamp, rev and lease stay.
 */
export const INCREMENT: Script = new Script(
  'INCREMENT',
  `${PRELUDE}${DECIMAL}
local r, exists = look(clock())
if not (r and r.alive) then return false end

local found = outline(r, exists)
local at = HEAD + r.tags
local tag, text = '', ''
-- The integers of the codec: 'i' a number, 'n' a bigint, then decimal text.
if r.payload > 1 then
  tag = redis.call('GETRANGE', key, at, at)
  if tag == 'i' or tag == 'n' then text = redis.call('GETRANGE', key, at + 1, at + r.payload - 1) end
end
if not parse(text) then return {0, found} end

local sum = add(text, ARGV[1])
local _, digits = parse(sum)
if not atLeast('9007199254740991', digits) then tag = 'n' end
local payload = tag .. sum

if #payload == r.payload then
  redis.call('SETRANGE', key, at, payload)
else
  local bytes = redis.call('GETRANGE', key, 0, HEAD - 5) .. struct.pack('>I4', #payload)
    .. redis.call('GETRANGE', key, HEAD, at - 1) .. payload .. tail(r)
  redis.call('SET', key, bytes, 'KEEPTTL')
end
return {1, found, payload}
`,
)
