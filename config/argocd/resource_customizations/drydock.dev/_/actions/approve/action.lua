local approval = actionParams and actionParams["approval"]
if approval == nil or approval == "" then
  local hold = obj.status and obj.status.holds and obj.status.holds[1]
  if hold == nil then
    error("nothing waits for an approval", 0)
  end
  approval = hold.approval
end

obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["drydock.dev/approve"] = approval
return obj
