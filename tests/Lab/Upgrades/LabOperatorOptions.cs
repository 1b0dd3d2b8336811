namespace Drydock.Lab.Upgrades;

/// <summary>What an operator of the lab is told beyond its kubeconfig.</summary>
public sealed record LabOperatorOptions
{
    /// <summary>Whether it contends for the lease; without it a successor need not wait for the lease of a killed one.</summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>Its PATH, to put stand-ins before the dump tools; null for the lab's own.</summary>
    public string? Path { get; init; }
}
