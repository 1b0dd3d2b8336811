namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>Where a namespace stands.</summary>
public sealed record V1NamespaceStatus
{
    /// <summary><c>Active</c> or <c>Terminating</c>.</summary>
    public string? Phase { get; init; }
}
