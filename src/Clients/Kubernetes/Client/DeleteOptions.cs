namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Conditions and manner of a deletion.</summary>
public sealed record DeleteOptions
{
    /// <summary>Delete only this incarnation; otherwise <see cref="Errors.KubernetesConflictException"/>.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only at this version; otherwise <see cref="Errors.KubernetesConflictException"/>.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>What happens to owned objects; null leaves it to the server.</summary>
    public PropagationPolicy? Propagation { get; init; }
}
