-- kstatus
-- Health of OmsUpgrade, DatabaseRollingUpgrade, BackupSnapshot and SnapshotRestore, by condition and reason. A reason alone does not decide:
-- RolledBack and PeerNotUpgraded exist with several conditions.
local status = obj.status
if status == nil or status.conditions == nil or status.observedGeneration ~= obj.metadata.generation then
  return {status = "Progressing", message = "The operator has not seen this generation yet."}
end

local reasons = {}
for _, condition in ipairs(status.conditions) do
  if condition.status == "True" then
    reasons[condition.type] = condition.reason
  end
end

local health = "Progressing"
if reasons.Stalled then
  health = "Degraded"
elseif reasons.Held or reasons.Reconciling == "Paused" or reasons.Reconciling == "OutsideWindow" then
  health = "Suspended"
elseif reasons.Reconciling then
  health = "Progressing"
elseif reasons.Ready then
  health = "Healthy"
end

return {status = health, message = status.message or ""}
