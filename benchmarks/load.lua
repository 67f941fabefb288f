-- Sends the requests of a file in turn. Lines: "H <name> <value>" is a header of all requests,
-- "R <method> <path> <body>" (tabs between, body may be empty) is one request.
local requests, next_one = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local name, value = line:match("^H\t([^\t]*)\t(.*)$")
    if name then
      wrk.headers[name] = value
    else
      local method, path, body = line:match("^R\t([^\t]*)\t([^\t]*)\t(.*)$")
      requests[#requests + 1] = wrk.format(method, path, nil, body ~= "" and body or nil)
    end
  end
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.4f, "p99_ms": %.4f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
