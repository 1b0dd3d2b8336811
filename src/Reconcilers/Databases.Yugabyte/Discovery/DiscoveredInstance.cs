using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What preflight learned of one process.</summary>
internal sealed record DiscoveredInstance
{
    /// <summary>Its name in the spec.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required DatabaseComponent Component { get; init; }

    /// <summary>The version it says.</summary>
    public required string Version { get; init; }

    /// <summary>
    /// SHA-256 of the program of the former version; null where it runs the new one already and nothing tells what it
    /// ran.
    /// </summary>
    public required string? FormerSha256 { get; init; }

    /// <summary>The directory of the former version, where the swap changes directories.</summary>
    public required string? FormerDirectory { get; init; }
}
