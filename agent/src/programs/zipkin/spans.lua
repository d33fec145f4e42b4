-- Posts spans to Zipkin, ten in each request.
local count = 0

request = function()
  local spans = {}
  for i = 1, 10 do
    count = count + 1
    spans[i] = string.format(
      '{"traceId":"%016x","id":"%016x","name":"get /orders","kind":"SERVER",'
        .. '"timestamp":%d,"duration":%d,"localEndpoint":{"serviceName":"shop"},'
        .. '"tags":{"http.path":"/orders/%d","http.method":"GET"}}',
      count + 1, count + 1, os.time() * 1000000, 1000 + count % 5000, count)
  end
  return wrk.format("POST", "/api/v2/spans", { ["Content-Type"] = "application/json" },
    "[" .. table.concat(spans, ",") .. "]")
end
