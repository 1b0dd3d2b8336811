using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What a universe is made of.</summary>
internal sealed record YugaSetup
{
    public string From { get; init; } = "2.18.4.0-b52";

    public string To { get; init; } = "2.20.7.0-b58";

    public DatabaseEngine Engine { get; init; } = DatabaseEngine.YugabyteDB;

    public int Masters { get; init; } = 3;

    public int Tservers { get; init; } = 3;

    public int Replicas { get; init; } = 3;

    /// <summary>Number of zones, over which tablet servers are distributed in turn; 0 for a page without
    /// zones.</summary>
    public int Zones { get; init; }

    public int MaxUnavailablePerZone { get; init; } = 1;

    /// <summary>Whether the admin tool has are_nodes_safe_to_take_down.</summary>
    public bool NodesSafe { get; init; }

    public bool Sql { get; init; } = true;

    public bool AcceptsOutage { get; init; }

    /// <summary>Replication groups: name, and whether this universe is the target.</summary>
    public IReadOnlyList<(string Name, bool IsHere)> Groups { get; init; } = [];

    public ReplicationMode? Mode { get; init; }

    public AutoFlagClass Class { get; init; }

    public FinalizeMode? Finalize { get; init; }

    public string Soak { get; init; } = "0s";

    /// <summary>How many leaders a master moves at once; null if it has no such flags.</summary>
    public LeaderMoves? Moves { get; init; }

    public DrainTimeoutPolicy OnDrainTimeout { get; init; }

    public IReadOnlyList<string>? ExtensionsInUse { get; init; } = [];

    public SwapMethod Swap { get; init; } = SwapMethod.SwitchLink;
}
