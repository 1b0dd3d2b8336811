namespace Drydock.Abstractions.Entities;

/// <summary>Any API object: what it is and its metadata.</summary>
public interface IKubernetesObject
{
    /// <summary>Group and version, for instance <c>drydock.dev/v1alpha1</c>.</summary>
    string ApiVersion { get; }

    /// <summary>Kind as written in manifests.</summary>
    string Kind { get; }

    V1ObjectMeta Metadata { get; }
}
