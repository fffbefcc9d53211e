// What must happen as one step on the server.

/** KEYS[1]; ARGV[1] milliseconds, `forever`. @returns whether there was such a value */
export const TOUCH = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if ARGV[1] == 'forever' then redis.call('PERSIST', KEYS[1])
elseif ARGV[1] == '0' then redis.call('DEL', KEYS[1])
else redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1`

/**
 * KEYS[1]; ARGV[1] delta, ARGV[2] what to create or empty, ARGV[3] milliseconds it lives, `forever` or `0`. The answer is a
 * text: as a number it would lose its digits beyond 2^53.
 *
 * @returns the new value, or nothing
 */
export const INCR = `
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('INCRBY', KEYS[1], ARGV[1])
  return redis.call('GET', KEYS[1])
end
if ARGV[2] == '' then return false end
if ARGV[3] == 'forever' then redis.call('SET', KEYS[1], ARGV[2])
elseif ARGV[3] ~= '0' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return ARGV[2]`
