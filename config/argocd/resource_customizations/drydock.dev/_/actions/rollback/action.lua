local os = require("os")

obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["drydock.dev/rollback"] = "argocd-" .. os.time()
return obj
