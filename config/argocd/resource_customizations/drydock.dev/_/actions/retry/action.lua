local os = require("os")

obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["drydock.dev/retry"] = "argocd-" .. os.time()
return obj
