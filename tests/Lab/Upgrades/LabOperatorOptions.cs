namespace Drydock.Lab.Upgrades;

/// <summary>What an operator of the lab is told beyond its kubeconfig.</summary>
public sealed record LabOperatorOptions
{
    /// <summary>
    /// Whether it contends for the lease; without it a successor need not wait for the lease of a killed one.
    /// </summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>The namespaces it serves; empty for all.</summary>
    public IReadOnlyList<string> WatchNamespaces { get; init; } = [];

    /// <summary>Path of another build of Drydock.Operator.dll; null for the stage's.</summary>
    public string? Assembly { get; init; }

    /// <summary>
    /// After how many seconds another operator may take its lease; the others of its times follow from it. Shorter than
    /// the default, so that no test waits for minutes.
    /// </summary>
    public int LeaseSeconds { get; init; } = 15;

    /// <summary>
    /// Its storage roots, which all namespaces share; null for the run's snapshots and the lab's cache with the
    /// archives.
    /// </summary>
    public IReadOnlyList<string>? StorageRoots { get; init; }

    /// <summary>Its PATH, to put stand-ins before the dump tools; null for the lab's own.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// The network namespace it runs in; null for the owner's. Its probes then listen on the namespace's address.
    /// </summary>
    public LabNamespace? Network { get; init; }

    /// <summary>Environment variables beside the inherited ones.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Lowest level it logs.</summary>
    public string LogLevel { get; init; } = "Debug";

    /// <summary>Further flags, as they are typed.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
