"""What Redis does in one step: leases by its own clock, and results that are handed in once.

A lease is a member of a sorted set (its score: the moment, in Redis's milliseconds, from which others may have it) and of a hash of owners.
There are two kinds. `work`: whose jobs a host's are. `turn`: who may send requests to a host; it is lent for redirects and probes too.
"""

NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# KEYS: scores, owners of work. ARGV: worker, lease in ms, how many, prefix of pages, prefix of checks
# → hosts, each with the number of its pages and checks
TAKE = f"""{NOW}
local found = {{}}
for _, host in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 200)) do
    if redis.call('EXISTS', ARGV[4] .. host, ARGV[5] .. host) == 0 then
        redis.call('ZREM', KEYS[1], host)
        redis.call('HDEL', KEYS[2], host)
    elseif #found < tonumber(ARGV[3]) then
        redis.call('ZADD', KEYS[1], now + ARGV[2], host)
        redis.call('HSET', KEYS[2], host, ARGV[1])
        table.insert(found, {{host, redis.call('HLEN', ARGV[4] .. host), redis.call('HLEN', ARGV[5] .. host)}})
    end
end
return found
"""

# KEYS: scores, owners, wanted. ARGV: worker, lease in ms, host, how long the wish holds in ms → 1 or 0
CLAIM = f"""{NOW}
local free_from = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[3]) or 0)
if redis.call('HGET', KEYS[2], ARGV[3]) == ARGV[1] or free_from <= now then
    redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[3])
    redis.call('HSET', KEYS[2], ARGV[3], ARGV[1])
    redis.call('HDEL', KEYS[3], ARGV[3])
    return 1
end
redis.call('HSET', KEYS[3], ARGV[3], now + ARGV[4])
return 0
"""

# KEYS: scores, owners, wanted. ARGV: how many. Forgets hosts that nobody has had for an hour
SWEEP = f"""{NOW}
for _, host in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - 3600000, 'LIMIT', 0, ARGV[1])) do
    for n, command in ipairs({{'ZREM', 'HDEL', 'HDEL'}}) do redis.call(command, KEYS[n], host) end
end
"""

# KEYS: scores, owners, wanted. ARGV: worker, lease in ms, prefix of pages, prefix of checks, hosts …
# → for each host: is it mine, does another want it, its pages, its checks
RENEW = f"""{NOW}
local found = {{}}
for i = 5, #ARGV do
    local mine = redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[1]
    if mine then redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[i]) end
    local wanted = tonumber(redis.call('HGET', KEYS[3], ARGV[i]) or 0) > now
    table.insert(found, {{mine and 1 or 0, wanted and 1 or 0,
        redis.call('HLEN', ARGV[3] .. ARGV[i]), redis.call('HLEN', ARGV[4] .. ARGV[i])}})
end
return found
"""

# KEYS: scores, owners. ARGV: worker, host, ms until others may have it
RELEASE = f"""{NOW}
if redis.call('HGET', KEYS[2], ARGV[2]) == ARGV[1] then
    redis.call('HDEL', KEYS[2], ARGV[2])
    redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
end
"""

# KEYS: owners of work, the host's jobs, results. ARGV: worker, host, kind, url, what came of it → 1, or 0: it is another's, or was handed in
DONE = """
if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[1] or redis.call('HDEL', KEYS[2], ARGV[4]) == 0 then return 0 end
redis.call('XADD', KEYS[3], '*', 'kind', ARGV[3], 'url', ARGV[4], 'found', ARGV[5])
return 1
"""

# KEYS: a look that several campaigns may use. ARGV: campaign → it, once for each campaign; false when there is none
FRESH = """
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HSETNX', KEYS[1], 'had by ' .. ARGV[1], 1) == 0 then return false end
return redis.call('HGET', KEYS[1], 'look')
"""

# KEYS: a look that others may have, all of them by when they end, their sizes, the sum of these.
# ARGV: the look, whose it is, how long it is kept in ms, the most that the sum may be. The oldest go first; what Redis needs for a key counts too.
SHARE = f"""{NOW}
local function drop(key)
    redis.call('DECRBY', KEYS[4], redis.call('HGET', KEYS[3], key) or 0)
    redis.call('HDEL', KEYS[3], key)
    redis.call('ZREM', KEYS[2], key)
    redis.call('UNLINK', key)
end
drop(KEYS[1])
local size = #ARGV[1] + 500
redis.call('HSET', KEYS[1], 'look', ARGV[1], 'had by ' .. ARGV[2], 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], now + ARGV[3], KEYS[1])
redis.call('HSET', KEYS[3], KEYS[1], size)
redis.call('INCRBY', KEYS[4], size)
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 100)) do drop(key) end
while tonumber(redis.call('GET', KEYS[4])) > tonumber(ARGV[4]) do
    local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
    if not oldest then break end
    drop(oldest)
end
for n = 2, 4 do redis.call('PEXPIRE', KEYS[n], ARGV[3] * 2) end
"""

# KEYS: what a robots.txt said, who asks for it. ARGV: who, ms after which another may ask → what it said, "" to ask for it, false to wait
ROBOTS = """
local said = redis.call('GET', KEYS[1])
if said then return said end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) and ''
"""

# KEYS: the one seat, who sits anywhere. ARGV: who, lease in ms, campaign, how long it counts in ms → 1, or 0: somebody else sits there
SEAT = f"""{NOW}
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
return 1
"""
