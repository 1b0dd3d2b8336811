-- The annotation is not removed: Argo CD puts back a map that becomes empty.
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["drydock.dev/pause"] = "false"
return obj
