namespace Drydock.Lab.Upgrades;

/// <summary>Settings of a lab operator besides its kubeconfig.</summary>
public sealed record LabOperatorOptions
{
    /// <summary>
    /// Whether it contends for the lease. Without it a successor need not wait for the lease of a killed operator.
    /// </summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>The namespaces it serves; empty for all.</summary>
    public IReadOnlyList<string> WatchNamespaces { get; init; } = [];

    /// <summary>Path of another build of Drydock.Operator.dll; null for the stage's.</summary>
    public string? Assembly { get; init; }

    /// <summary>
    /// Lease duration in seconds, after which another operator may take the lease. Its other lease times follow from
    /// it. It is shorter than the default, so that no test waits for minutes.
    /// </summary>
    public int LeaseSeconds { get; init; } = 15;

    /// <summary>
    /// Its storage roots, which all namespaces share; null for the snapshots of the run and the lab's cache with the
    /// archives.
    /// </summary>
    public IReadOnlyList<string>? StorageRoots { get; init; }

    /// <summary>Its PATH, for stand-ins of the dump tools; null for the PATH of the lab.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// The network namespace it runs in; null for that of the lab's owner. Its probes then listen on the namespace's
    /// address.
    /// </summary>
    public LabNamespace? Network { get; init; }

    /// <summary>Environment variables in addition to the inherited ones.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(
        StringComparer.Ordinal);

    /// <summary>The lowest level it logs.</summary>
    public string LogLevel { get; init; } = "Debug";

    /// <summary>Further flags as on a command line.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
