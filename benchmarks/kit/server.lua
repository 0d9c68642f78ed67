-- What the made-up web answers; see web.py. /KIND/MS/NUMBER-CHECK
local M = {}

local lines = {}
for n = 1, 300 do lines[n] = "<p>Plain words of an ordinary page, line " .. n .. ", about seeds and soil and when to sow.</p>" end
local filler = table.concat(lines, "\n")

local function ordinary(number)
  return "<!doctype html><html><head><title>Ordinary page " .. number .. "</title></head><body><h1>Garden guide " .. number
    .. "</h1><p>Number " .. number .. " tells of sowing in week " .. number % 52 .. ".</p>" .. filler .. "</body></html>"
end

local soft = "<!doctype html><html><head><title>Page not found</title></head><body><h1>Sorry, page not found</h1>"
  .. "<p>The page you asked for is not here. Try the search, or begin at the front page.</p></body></html>"
local lost = "<!doctype html><html><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>"
local broken = "<!doctype html><html><head><title>Error</title></head><body><h1>Something broke</h1></body></html>"
local forwards = { r1 = "ok", r2 = "r1", rd = "nf" }

local function say(status, body)
  ngx.status = status
  ngx.header["Content-Type"] = "text/html; charset=utf-8"
  ngx.header["Content-Length"] = #body
  if ngx.req.get_method() ~= "HEAD" then ngx.print(body) end
end

function M.answer()
  local kind, ms, number, check = ngx.var.uri:match("^/(%w+)/(%d+)/(%d+)%-(%d+)$")
  if kind == "soft" or ngx.var.uri:sub(1, 6) == "/soft/" then
    if ms and tonumber(ms) > 0 then ngx.sleep(tonumber(ms) / 1000) end
    return say(200, soft)
  end
  if not kind or tonumber(check) ~= tonumber(number) * 48271 % 65521 then return say(404, lost) end
  if kind == "never" then -- longer than any tool should wait; some have no limit of their own
    ngx.sleep(60)
    return ngx.exit(444)
  end
  if tonumber(ms) > 0 then ngx.sleep(tonumber(ms) / 1000) end
  local on = forwards[kind]
  if on then
    ngx.header["Location"] = "/" .. on .. "/" .. ms .. "/" .. number .. "-" .. check
    return say(301, "")
  end
  local head = ngx.req.get_method() == "HEAD"
  if kind == "nf" or (head and kind == "h404") then return say(404, lost) end
  if kind == "gone" then return say(410, lost) end
  if kind == "e500" then return say(500, broken) end
  if head and kind == "h405" then return say(405, "") end
  return say(200, ordinary(tonumber(number)))
end

return M
