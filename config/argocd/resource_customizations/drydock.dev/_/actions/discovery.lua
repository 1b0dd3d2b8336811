-- An action is disabled where the operator would ignore it.
local status = obj.status or {}
local spec = obj.spec or {}
local annotations = obj.metadata.annotations or {}
local isRun = obj.kind == "OmsUpgrade" or obj.kind == "DatabaseRollingUpgrade"

local is = {}
for _, condition in ipairs(status.conditions or {}) do
  is[condition.type] = condition.status == "True"
end

local isPaused = annotations["drydock.dev/pause"] == "true"
local retries = is.Failed
if isRun then
  retries = is.Stalled and status.phase ~= "Preflight" or status.phase == "RolledBack" and spec.desiredState ~= "RolledBack"
end

local actions = {}
actions["retry"] = {disabled = not retries}
if obj.kind == "BackupSnapshot" then
  return actions
end

actions["pause"] = {disabled = isPaused or is.Ready or false}
actions["resume"] = {disabled = not isPaused}
if not isRun then
  return actions
end

local hold = (status.holds or {})[1]
actions["approve"] = {disabled = hold == nil}
if hold ~= nil then
  actions["approve"].params = {{name = "approval", type = "string", default = hold.approval}}
end

actions["abort"] = {disabled = not is.Reconciling}
actions["rollback"] = {
  disabled = next(status.plans or {}) == nil or status.phase == "Planned" or status.phase == "RollingBack" or status.phase == "RolledBack",
}
return actions
