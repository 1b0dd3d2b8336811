using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One process of the universe, and what lies on its host for it.</summary>
internal sealed class YugaServer
{
    public required string Name { get; init; }

    /// <summary>How often its host was asked for it.</summary>
    public int Looks { get; set; }

    public required string Host { get; init; }

    public required DatabaseComponent Component { get; init; }

    public required ServiceAddress Rpc { get; init; }

    public required ServiceAddress Web { get; init; }

    public required string Uuid { get; init; }

    /// <summary>The version that lies in the place of its program.</summary>
    public required string Installed { get; set; }

    /// <summary>What deployDir points at.</summary>
    public required string Link { get; set; }

    /// <summary>The version that runs; null while none does.</summary>
    public string? Running { get; set; }

    public int Pid { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset StoppedAt { get; set; }

    public int Starts { get; set; }

    public SupervisionState Supervision { get; set; } = SupervisionState.Active;

    public List<StrayProcess> Strays { get; } = [];

    /// <summary>The zone of a tablet server; null for none.</summary>
    public string? Zone { get; init; }

    /// <summary>Tablets it leads.</summary>
    public int Leaders { get; set; }

    /// <summary>A master's flags that limit moves of leaders; a restart sets them back.</summary>
    public LeaderMoves? Moves { get; set; }

    /// <summary>The pid of a PostgreSQL that has survived its tablet server and answers in its place.</summary>
    public int? OldPostgres { get; set; }

    public bool IsUp => Running is not null;

    public bool IsMaster => Component == DatabaseComponent.Master;

    /// <summary>Its HTTP interface gives no answer.</summary>
    public bool IsSilent { get; set; }

    /// <summary>It never becomes ready.</summary>
    public bool StaysSick { get; set; }

    /// <summary>The file name of the program that runs, if its own name is a link to another; null otherwise.</summary>
    public string? Binary { get; set; }

    /// <summary>It runs, and its PostgreSQL does not.</summary>
    public bool HasNoPostgres { get; set; }

    /// <summary>Something starts the old program again whenever it was stopped.</summary>
    public bool HasWatchdog { get; set; }

    /// <summary>Why the host refuses to stop it.</summary>
    public HostException? RefusesStop { get; set; }

    /// <summary>Since when the masters refuse its heartbeats, although it runs (TA-21491); null if they do
    /// not.</summary>
    public DateTimeOffset? RefusedSince { get; set; }

    public TimeSpan ClockOffset { get; set; }

    public override string ToString() => Name;
}
