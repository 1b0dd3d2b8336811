namespace Drydock.Reconcilers.Databases;

/// <summary>The state of a package on a host.</summary>
internal sealed record PackageState
{
    public required bool IsComplete { get; init; }

    public required string Problem { get; init; }

    /// <summary>True when another attempt cannot mend it: a wrong checksum, a missing file of a package that is on the
    /// hosts already.</summary>
    public bool IsWrong { get; init; }

    /// <summary>SHA-256 of those requested programs that exist.</summary>
    public IReadOnlyDictionary<string, string> Programs { get; init; } = new Dictionary<string, string>(
        StringComparer.Ordinal);
}
