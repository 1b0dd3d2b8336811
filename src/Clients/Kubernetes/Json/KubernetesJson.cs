using k8s.Models;

namespace Drydock.Clients.Kubernetes.Json;

/// <summary>The JSON format of Kubernetes.</summary>
public static class KubernetesJson
{
    /// <summary>Options for a client: camelCase, nulls not written, RFC 3339 times, the models of the package that are
    /// used, and the given source-generated contexts. Initial values of <c>init</c> properties survive (plain
    /// source-generated reading drops them) and a JSON null counts as absent.</summary>
    public static JsonSerializerOptions CreateOptions(params IJsonTypeInfoResolver[] contexts)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            TypeInfoResolver =
                new InitialValuesResolver(JsonTypeInfoResolver.Combine([.. contexts, ModelsContext.Default])),
        };
        options.Converters.Add(new KubernetesTimeConverter());
        options.Converters.Add(new ModelTimeConverter());
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>The metadata of a Secret, for watches that must never see a value. Use with <c>MetadataOnly</c>.</summary>
[KubernetesEntity(ApiVersion = V1Secret.KubeApiVersion, Kind = V1Secret.KubeKind, PluralName = V1Secret.KubePluralName)]
public sealed record SecretMetadata : CustomKubernetesEntity;

/// <summary>The metadata of the definition of a kind, whose long spec is not needed.</summary>
[KubernetesEntity(
    Group = V1CustomResourceDefinition.KubeGroup,
    ApiVersion = V1CustomResourceDefinition.KubeApiVersion,
    Kind = V1CustomResourceDefinition.KubeKind,
    PluralName = V1CustomResourceDefinition.KubePluralName)]
public sealed record CrdMetadata : CustomKubernetesEntity;

/// <summary>Source-generated JSON of these models: the package's own uses reflection.</summary>
[JsonSerializable(typeof(V1Secret))]
[JsonSerializable(typeof(SecretMetadata))]
[JsonSerializable(typeof(V1ConfigMap))]
[JsonSerializable(typeof(V1Namespace))]
[JsonSerializable(typeof(CrdMetadata))]
[JsonSerializable(typeof(V1Lease))]
[JsonSerializable(typeof(V1SelfSubjectReview))]
[JsonSerializable(typeof(Corev1Event))]
[JsonSerializable(typeof(V1Status))]
internal sealed partial class ModelsContext : JsonSerializerContext;
