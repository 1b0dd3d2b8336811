namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>A replication group in yugabyte.json.</summary>
internal sealed record YugabyteGroupSettings
{
    public IReadOnlyList<string> Masters { get; init; } = [];

    public bool Outbound { get; init; }

    public int Tables { get; init; }

    public bool Disabled { get; init; }
}
