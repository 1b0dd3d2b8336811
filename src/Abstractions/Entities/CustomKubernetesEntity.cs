namespace Drydock.Abstractions.Entities;

/// <summary>A custom resource with spec and status. Immutable: a change is a copy made with <c>with</c>.</summary>
/// <typeparam name="TSpec">What users write.</typeparam>
/// <typeparam name="TStatus">What the operator reports.</typeparam>
public abstract record CustomKubernetesEntity<TSpec, TStatus> : IKubernetesObject
    where TSpec : class, new()
    where TStatus : class, new()
{
    public string ApiVersion { get; init; } = "";

    public string Kind { get; init; } = "";

    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What users want.</summary>
    public TSpec Spec { get; init; } = new();

    /// <summary>What the operator reports; null until its first write.</summary>
    public TStatus? Status { get; init; }
}
