-- What wrk sends and reports. Arguments after "--": METHOD BODY_BYTES PIPELINED.
--
-- The request is formatted once: a script that makes it anew each time would burn the client's CPU.

init = function(arguments)
    local method, body_bytes, pipelined = arguments[1], arguments[2], arguments[3]
    wrk.method = method
    if tonumber(body_bytes) > 0 then
        wrk.headers["Content-Type"] = "application/octet-stream"
        wrk.body = string.rep("x", tonumber(body_bytes))
    end
    local requests = string.rep(wrk.format(), tonumber(pipelined))
    wrk.format = function() return requests end
end

-- wrk corrects its latencies for requests that it would have sent in time, and what the correction
-- adds below the smallest latency is in the count but not in the sum: percentile() then looks too
-- high, or past the end, where it is 0. The largest share that is not past the end is the sum.
local function counted_share(latency)
    local inside, past = 0, 100
    for _ = 1, 30 do
        local middle = (inside + past) / 2
        if latency:percentile(middle) > 0 then inside = middle else past = middle end
    end
    return inside / 100
end

-- One line of JSON, because wrk's own report rounds.
done = function(summary, latency, requests)
    local errors = summary.errors
    local share = counted_share(latency)
    local report = '{"requests":%d,"duration_us":%d,"p50_us":%.0f,"p99_us":%.0f,'
        .. '"refused":%d,"broken":%d,"timeouts":%d,"statuses":%d}\n'
    io.write(report:format(
        summary.requests, summary.duration,
        latency:percentile(50 * share), latency:percentile(99 * share),
        errors.connect, errors.read + errors.write, errors.timeout, errors.status
    ))
end
