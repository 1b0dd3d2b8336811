local os = require("os")

obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["drydock.dev/abort"] = "argocd-" .. os.time()
return obj
