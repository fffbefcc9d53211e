import { Script } from '../script.ts'

/** Fields of one step: a step must not keep others waiting. */
const STEP = 500

/**
 * PRUNE(gen; cursor, floor, most): forgets stamps up to the floor, step by step; answers where to go on, `0` at the end, and
 * the floor. The first step, with no floor, does nothing while there are no more than `most`; else it raises the floor to
 * where a third of the fields that it sees are older, in the same moment: nobody sees a field forgotten under the old floor.
 *
 * HSCAN walks by the fields' hashes, so its first step sees a sample of all ages.
 */
export const PRUNE: Script = new Script(
  'PRUNE',
  `
local gen, cursor, floor, most = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if not floor and redis.call('HLEN', gen) <= most then return {'0', ''} end
local reply = redis.call('HSCAN', gen, cursor, 'COUNT', ${STEP})
local items, stamps = reply[2], {}
for at = 1, #items, 2 do
  local name, stamp = items[at], string.match(items[at + 1], '^%d+$')
  if stamp and name ~= '#' and name ~= '!' and name ~= '@' then
    stamps[#stamps + 1] = {name, tonumber(stamp)}
  end
end
if not floor then
  table.sort(stamps, function(a, b) return a[2] < b[2] end)
  local third = stamps[math.ceil(#stamps / 3)]
  if not third then return {'0', ''} end
  floor = math.max(third[2], tonumber(redis.call('HGET', gen, '!') or '') or 0)
  redis.call('HSET', gen, '!', string.format('%.0f', floor))
end
for at = 1, #stamps do
  if stamps[at][2] <= floor then redis.call('HDEL', gen, stamps[at][1]) end
end
return {reply[1], string.format('%.0f', floor)}
`,
)
