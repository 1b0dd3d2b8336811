namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>
/// Behaviour of a running cluster that a test can change. An unset knob is the well-behaved default. Spans are seconds
/// of the original, which the time factor divides. The processes read a knob at each use.
/// </summary>
public sealed record YugabyteKnobs
{
    /// <summary>How long the masters have no leader after it is gone; 12 by default.</summary>
    public double? ElectionSeconds { get; init; }

    /// <summary>How long a tablet has no leader after it is gone; 6 by default.</summary>
    public double? TabletElectionSeconds { get; init; }

    /// <summary>Number of leaders that the load balancer moves in a second; 2 by default.</summary>
    public double? LeaderMovesPerSecond { get; init; }

    /// <summary>How long a tablet server opens its tablets after its start; 10 by default.</summary>
    public double? BootstrapSeconds { get; init; }

    /// <summary>How long followers catch up after that; 20 by default.</summary>
    public double? CatchUpSeconds { get; init; }

    /// <summary>
    /// Duration of the migrations of the SQL catalogue; 20 by default. The admin tool waits 60 by default.
    /// </summary>
    public double? CatalogSeconds { get; init; }

    /// <summary>Number of leaders that never leave a blacklisted tablet server.</summary>
    public int? StuckLeaders { get; init; }

    /// <summary>Whether no master becomes leader any more.</summary>
    public bool? NoElection { get; init; }

    /// <summary>Clock error by server name, as 300ms or -1s; positive is ahead.</summary>
    public IReadOnlyDictionary<string, string>? ClockSkew { get; init; }

    /// <summary>Additional lag of followers in milliseconds, by name of the tablet server.</summary>
    public IReadOnlyDictionary<string, double>? FollowerLag { get; init; }

    /// <summary>Numbers of tablets that are reported leaderless. User tablets are numbered from 0.</summary>
    public IReadOnlyList<int>? Leaderless { get; init; }

    /// <summary>Numbers of tablets that are reported under-replicated.</summary>
    public IReadOnlyList<int>? UnderReplicated { get; init; }

    /// <summary>Numbers of tablets that the tablet servers report as failed.</summary>
    public IReadOnlyList<int>? FailedTablets { get; init; }

    /// <summary>Ids that health-check lists as dead.</summary>
    public IReadOnlyList<string>? DeadNodes { get; init; }

    /// <summary>The password of every user of the SQL port; none by default.</summary>
    public string? SqlPassword { get; init; }

    /// <summary>
    /// The version in which PostgreSQL does not start beside the tablet servers; none by default.
    /// </summary>
    public string? NoPostgresOf { get; init; }

    /// <summary>
    /// Names of tablet servers whose heartbeats the masters refuse from the next promotion of AutoFlags on, until
    /// master_enable_universe_uuid_heartbeat_check is false on the leading master (technical advisory TA-21491).
    /// </summary>
    public IReadOnlyList<string>? RefusedHeartbeats { get; init; }

    /// <summary>Reported errors, by replication group.</summary>
    public IReadOnlyDictionary<string, string>? ReplicationErrors { get; init; }

    /// <summary>How long a source keeps its log for a paused target; 14400 by default.</summary>
    public int? WalRetentionSeconds { get; init; }
}
