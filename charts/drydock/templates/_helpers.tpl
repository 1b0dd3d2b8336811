{{- define "drydock.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* Names of objects begin with it; the longest ending has 17 characters. */}}
{{- define "drydock.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 46 | trimSuffix "-" }}
{{- else if contains (include "drydock.name" .) .Release.Name }}
{{- .Release.Name | trunc 46 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "drydock.name" .) | trunc 46 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* They are part of the Deployment's selector, which cannot be changed. */}}
{{- define "drydock.selectorLabels" -}}
app.kubernetes.io/name: {{ include "drydock.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "drydock.labels" -}}
{{ include "drydock.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- include "drydock.commonLabels" . }}
{{- end }}

{{- /* Labels of the installation's owner; the chart's own cannot be replaced, because selectors name them. */}}
{{- define "drydock.commonLabels" -}}
{{- $own := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart" }}
{{- range $key, $value := .Values.commonLabels }}
{{- if has $key $own }}
{{- fail (printf "commonLabels has %s, which the chart sets. Remove it." $key) }}
{{- end }}
{{ $key }}: {{ quote $value }}
{{- end }}
{{- end }}

{{- /* A digest decides what is pulled; the tag beside it says the version. */}}
{{- define "drydock.image" -}}
{{- if and .Values.image.tag .Values.image.digest }}
{{- fail (printf "image.tag is %s, but image.digest decides what is pulled. Set image.digest to the digest of that tag and leave the tag out, or set image.digest to \"\"." .Values.image.tag) }}
{{- end }}
{{- .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{- /* Labels of the pod: those of its owner cannot replace the chart's own, and one of podLabels replaces one of commonLabels. */}}
{{- define "drydock.podLabels" -}}
{{- $own := dict "app.kubernetes.io/version" .Chart.AppVersion }}
{{- $own = merge $own (include "drydock.selectorLabels" . | fromYaml) }}
{{- range $key, $value := .Values.podLabels }}
{{- if hasKey $own $key }}
{{- fail (printf "podLabels has %s, which the chart sets. Remove it." $key) }}
{{- end }}
{{- end }}
{{- merge $own .Values.podLabels (include "drydock.commonLabels" . | fromYaml) | toYaml }}
{{- end }}

{{- /* Keep claims when the release, the application or the kustomization is deleted, and when they are pruned. */}}
{{- define "drydock.keep" -}}
helm.sh/resource-policy: keep
argocd.argoproj.io/sync-options: Prune=false,Delete=false
kustomize.toolkit.fluxcd.io/prune: disabled
{{- end }}

{{- define "drydock.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "drydock.fullname" .context }}-{{ .name }}
  namespace: {{ .context.Release.Namespace }}
  labels:
    {{- include "drydock.labels" .context | nindent 4 }}
  annotations:
    {{- include "drydock.keep" .context | nindent 4 }}
spec:
  accessModes:
  - {{ .volume.accessMode }}
  {{- if .volume.storageClassName }}
  storageClassName: {{ .volume.storageClassName | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ .volume.size }}
{{- end }}
