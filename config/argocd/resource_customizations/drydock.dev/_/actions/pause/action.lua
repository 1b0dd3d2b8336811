obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["drydock.dev/pause"] = "true"
return obj
