namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What preflight learned of one process.</summary>
internal sealed record DiscoveredInstance
{
    public required string Name { get; init; }

    public required DatabaseComponent Component { get; init; }

    public required string Version { get; init; }

    /// <summary>SHA-256 of the program of the former version; null where it runs the new one already and nothing tells
    /// what it ran.</summary>
    public required string? FormerSha256 { get; init; }

    public required string? FormerDirectory { get; init; }
}
