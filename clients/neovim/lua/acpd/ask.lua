-- One request of a person's: trouble is said, success shows itself, or is given to `done`.
local client = require('acpd.client')

--- `said`: other words for some error codes.
---@param said table<integer, string>|nil
return function(method, params, done, said)
  client.request(method, params, function(trouble, result)
    if trouble then
      return require('acpd.say').warn((said or {})[trouble.code] or tostring(trouble.message))
    elseif done then
      done(result)
    end
  end)
end
