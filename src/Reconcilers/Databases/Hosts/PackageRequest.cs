using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The package as one host needs it.</summary>
internal sealed record PackageRequest
{
    /// <summary>The package of the spec.</summary>
    public required PackageSpec Package { get; init; }

    /// <summary>The components on this host: archives of others are not brought.</summary>
    public required IReadOnlyList<DatabaseComponent> Components { get; init; }

    /// <summary>Programs that must exist below bin: tikv-server, tikv-ctl.</summary>
    public required IReadOnlyList<string> Programs { get; init; }
}
