namespace Drydock.Tests.Unit.Fakes;

/// <summary>A replication group at its target.</summary>
internal sealed class YugaGroup
{
    public required string Name { get; init; }

    /// <summary>Whether this universe is its target, or the peer.</summary>
    public required bool IsHere { get; init; }

    public bool IsPaused { get; set; }
}
