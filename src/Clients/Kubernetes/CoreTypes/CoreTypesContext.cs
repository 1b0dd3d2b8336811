namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>Source-generated JSON of the core types. Used through
/// <see cref="Json.KubernetesJson.CreateOptions"/>.</summary>
[JsonSerializable(typeof(V1Secret))]
[JsonSerializable(typeof(V1SecretMetadata))]
[JsonSerializable(typeof(V1ConfigMap))]
[JsonSerializable(typeof(V1Namespace))]
[JsonSerializable(typeof(V1CustomResourceDefinition))]
[JsonSerializable(typeof(V1Lease))]
[JsonSerializable(typeof(CoreV1Event))]
[JsonSerializable(typeof(V1Status))]
public sealed partial class CoreTypesContext : JsonSerializerContext;
