"""What has to happen in Redis as a whole or not at all, in Lua.

A room has four keys: its `log` (a stream of finals and withdrawals, whose ids are their `seq`), `live` (a stream of
all else that readers are told, numbered on with it), `state` (a hash) and `lease` (a string that expires). Whoever
leads has written a token into the state that nobody else has; with another one there, nothing is taken of it any more
(a fencing token; Kleppmann, "How to do distributed locking", 2016). The lease only says whether it is alive.
"""

# KEYS: lease, state. ARGV: token, lease in ms, log id.
# Returns the log's age in ms, or the token of the one that leads.
CLAIM = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSETNX', KEYS[2], 'log', ARGV[3])
redis.call('HSETNX', KEYS[2], 'began', now)
redis.call('HSET', KEYS[2], 'token', ARGV[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return now - redis.call('HGET', KEYS[2], 'began')
"""

# The same for the leader of a room that Redis has forgotten. ARGV: token, lease in ms, log id, age in ms.
# Returns 1, or 0 where another one leads already.
RECLAIM = """
local token = redis.call('HGET', KEYS[2], 'token')
if token and token ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
redis.call('DEL', KEYS[3], KEYS[4])
redis.call('HSET', KEYS[2], 'log', ARGV[3], 'token', ARGV[1], 'seq', 0,
  'began', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[4])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# KEYS: lease, state, log, live. ARGV: token, lease in ms, how long all of it is kept in ms, the most entries of log and
# live, the seq that is there, then any number of: name, seq, data. The name is log, live, or that of a field of the
# state. Returns {0, seq}; {1} where another one leads, {2} where Redis has forgotten the room, {3, seq} where it has
# forgotten what came after that seq.
WRITE = """
local token = redis.call('HGET', KEYS[2], 'token')
if not token then return {2} end
if token ~= ARGV[1] then return {1} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local seq = tonumber(redis.call('HGET', KEYS[2], 'seq') or '0')
if seq < tonumber(ARGV[6]) then return {3, seq} end
for i = 7, #ARGV, 3 do
  local name, number, data = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  if name == 'log' or name == 'live' then
    if number > seq then
      local key, most = KEYS[3], ARGV[4]
      if name == 'live' then key, most = KEYS[4], ARGV[5] end
      redis.call('XADD', key, 'MAXLEN', '~', most, number .. '-0', 'event', data)
      seq = number
    end
  else
    redis.call('HSET', KEYS[2], name, data)
    redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[5], seq .. '-*', name, data)
  end
end
redis.call('HSET', KEYS[2], 'seq', seq)
for i = 2, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
return {0, seq}
"""

# KEYS: lease, state, log, live. ARGV: token, and 1 where nobody else needs to go on, and nothing is kept.
RELEASE = """
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[2] == '1' then redis.call('DEL', KEYS[2], KEYS[3], KEYS[4]) end
return 1
"""
