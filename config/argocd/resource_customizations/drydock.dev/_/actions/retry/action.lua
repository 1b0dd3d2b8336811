local os = require("os")

obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["drydock.dev/retry"] = obj.status and obj.status.retryWord or "argocd-" .. os.time()
return obj
