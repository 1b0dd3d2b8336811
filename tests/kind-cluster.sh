#!/usr/bin/env bash
# Makes a cluster of kind whose nodes pull from a registry on this machine, and pushes the image of a release to it; .github/workflows/kind.yml.
#
#   tests/kind-cluster.sh NODE_IMAGE DIST     the image of DIST is localhost:5001/drydock/drydock-operator
set -euo pipefail
node_image="$1" dist="$2" registry=localhost:5001
image="$(cut -d@ -f1 "$dist/image.txt")"
[[ "$image" == "$registry/"* ]] || { echo "$dist was made for ${image%%/*}: make release-dry REGISTRY=$registry/drydock REPO=owner/drydock" >&2; exit 1; }

docker run --detach --restart always --publish 127.0.0.1:5001:5000 --network bridge --name kind-registry registry:2
kind create cluster --wait 120s --image "$node_image" --config - <<TEXT
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
containerdConfigPatches:
- |-
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
TEXT
for node in $(kind get nodes); do
  docker exec "$node" mkdir -p "/etc/containerd/certs.d/$registry"
  printf '[host."http://kind-registry:5000"]\n' | docker exec -i "$node" cp /dev/stdin "/etc/containerd/certs.d/$registry/hosts.toml"
done
docker network connect kind kind-registry
skopeo copy --all --preserve-digests --dest-tls-verify=false "oci-archive:$(ls "$dist"/drydock-operator-*.tar)" "docker://$image"
