namespace Drydock.Clients.Kubernetes.Client;

/// <summary>How to apply on the server.</summary>
public sealed record ApplyOptions
{
    /// <summary>Who owns the applied fields; null takes <see cref="KubernetesClientOptions.FieldManager"/>.</summary>
    public string? FieldManager { get; init; }

    /// <summary>
    /// Takes fields that others own; otherwise <see cref="Errors.KubernetesConflictException"/> names them.
    /// </summary>
    public bool Force { get; init; }
}
