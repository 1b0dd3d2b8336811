using System.Text.Json.Serialization;

namespace Drydock.Lab.Databases.TiDb;

/// <summary>The part of state-tidb.json that the lab reads (standin/tidb/state.go).</summary>
internal sealed record TiDbStateFile
{
    public string ClusterVersion { get; init; } = "";

    public PdPart Pd { get; init; } = new();

    public Dictionary<string, StorePart> Stores { get; init => field = value ?? []; } = [];

    public int Regions { get; init; }

    public SqlPart Tidb { get; init; } = new();

    public Dictionary<string, BinlogPart> Pumps { get; init => field = value ?? []; } = [];

    public Dictionary<string, BinlogPart> Drainers { get; init => field = value ?? []; } = [];

    public Dictionary<string, InstancePart> Instances { get; init => field = value ?? []; } = [];

    public TiDbTruth ToTruth() => new(
        ClusterVersion,
        Pd.Leader,
        Stores.Values.ToDictionary(
            s => s.Process, s => new TiDbStore(s.Id, s.Version, s.Leaders, s.StartedAt, s.GoneAt != default),
            StringComparer.Ordinal),
        Instances.ToDictionary(i => i.Key, i => i.Value.Version, StringComparer.Ordinal),
        Instances.ToDictionary(i => i.Key, i => i.Value.Starts, StringComparer.Ordinal),
        [.. (Pd.Schedulers ?? []).Where(s => s.Type == "evict-leader").SelectMany(s => s.Args ?? [])
            .Select(ulong.Parse)],
        (Pd.Config?.GetValueOrDefault("schedule") ?? []).ToDictionary(
            v => v.Key, v => v.Value.ToString(), StringComparer.Ordinal),
        Pd.Members.ToDictionary(m => m.Key, m => m.Value.Priority, StringComparer.Ordinal),
        Tidb.ServerVersion,
        Pumps.Values.Concat(Drainers.Values).ToDictionary(b => b.Process, b => b.State, StringComparer.Ordinal),
        Regions,
        (Tidb.Jobs ?? []).Count(j => j.State is not ("synced" or "rollback done" or "cancelled")));

    internal sealed record PdPart
    {
        public string Leader { get; init; } = "";

        public Dictionary<string, MemberPart> Members { get; init => field = value ?? []; } = [];

        public Dictionary<string, Dictionary<string, JsonElement>>? Config { get; init; }

        public List<SchedulerPart>? Schedulers { get; init; }

        public DateTimeOffset LeaderFrom { get; init; }
    }

    internal sealed record MemberPart
    {
        public int Priority { get; init; }
    }

    internal sealed record SchedulerPart
    {
        public string Type { get; init; } = "";

        public List<string>? Args { get; init; }
    }

    internal sealed record StorePart
    {
        public ulong Id { get; init; }

        public string Process { get; init; } = "";

        public string Version { get; init; } = "";

        public int Leaders { get; init; }

        public DateTimeOffset StartedAt { get; init; }

        public DateTimeOffset GoneAt { get; init; }
    }

    internal sealed record SqlPart
    {
        public int ServerVersion { get; init; }

        public List<JobPart>? Jobs { get; init; }
    }

    internal sealed record JobPart
    {
        public string State { get; init; } = "";
    }

    internal sealed record BinlogPart
    {
        public string Process { get; init; } = "";

        public string State { get; init; } = "";
    }

    internal sealed record InstancePart
    {
        public string Version { get; init; } = "";

        public int Starts { get; init; }
    }
}
