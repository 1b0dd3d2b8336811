namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// What a test may switch in a running cluster; unset is the well-behaved default. Spans are seconds of the original,
/// which the time factor divides. The processes read it at each use.
/// </summary>
public sealed record YugabyteKnobs
{
    /// <summary>How long the masters are without a leader when it is gone; 12 by default.</summary>
    public double? ElectionSeconds { get; init; }

    /// <summary>How long a tablet is without a leader when it is gone; 6 by default.</summary>
    public double? TabletElectionSeconds { get; init; }

    /// <summary>How many leaders the load balancer moves in a second; 2 by default.</summary>
    public double? LeaderMovesPerSecond { get; init; }

    /// <summary>How long tablets are opened after a tablet server's start; 10 by default.</summary>
    public double? BootstrapSeconds { get; init; }

    /// <summary>How long followers catch up after that; 20 by default.</summary>
    public double? CatchUpSeconds { get; init; }

    /// <summary>
    /// How long the migrations of the SQL catalogue take; 20 by default, and the admin tool waits 60 unless told
    /// otherwise.
    /// </summary>
    public double? CatalogSeconds { get; init; }

    /// <summary>How many leaders never leave a blacklisted tablet server.</summary>
    public int? StuckLeaders { get; init; }

    /// <summary>No master becomes leader any more.</summary>
    public bool? NoElection { get; init; }

    /// <summary>By name of the server: how far its clock is ahead, as 300ms or -1s.</summary>
    public IReadOnlyDictionary<string, string>? ClockSkew { get; init; }

    /// <summary>By name of the tablet server: what its followers lag besides, in milliseconds.</summary>
    public IReadOnlyDictionary<string, double>? FollowerLag { get; init; }

    /// <summary>Numbers of tablets that are reported leaderless. User tablets are numbered from 0.</summary>
    public IReadOnlyList<int>? Leaderless { get; init; }

    /// <summary>Numbers of tablets that are reported under-replicated.</summary>
    public IReadOnlyList<int>? UnderReplicated { get; init; }

    /// <summary>Numbers of tablets that the tablet servers report as failed.</summary>
    public IReadOnlyList<int>? FailedTablets { get; init; }

    /// <summary>Ids that health-check lists as dead.</summary>
    public IReadOnlyList<string>? DeadNodes { get; init; }

    /// <summary>The password the SQL port wants, of whichever user; none by default.</summary>
    public string? SqlPassword { get; init; }

    /// <summary>By replication group: the error it is reported with.</summary>
    public IReadOnlyDictionary<string, string>? ReplicationErrors { get; init; }
}
