namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What PD is asked about scheduling, and the limits that it is given.</summary>
internal static class PdScheduling
{
    private const string Path = $"{PdClient.Api}/config";
    private static readonly string[] OtherSteps = ["peer", "merge", "split"];

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    public static Task<PdSchedule> ScheduleAsync(this PdClient pd, CancellationToken cancellationToken) =>
        pd.GetAsync(Path, Json.ConfigAnswer, Schedule, cancellationToken);

    /// <summary>PD's whole configuration, as it wrote it.</summary>
    public static Task<string> ConfigTextAsync(this PdClient pd, CancellationToken cancellationToken) =>
        pd.AskAsync(async (http, member) =>
        {
            var answer = await http.GetAsync(member.Host, member.Port, Path, cancellationToken);
            return TiDbAnswers.Read(answer, $"GET {member}{Path}", Json.SavedConfig, _ => answer.Body.Trim());
        });

    /// <summary>The version of the cluster: the lowest of its stores, raised automatically and never lowered
    /// (docs/project/research/tidb.md#pd).</summary>
    public static Task<string> ClusterVersionAsync(this PdClient pd, CancellationToken cancellationToken) =>
        pd.GetAsync($"{Path}/cluster-version", Json.String, TiDbVersion.Plain, cancellationToken);

    /// <summary>Names of the schedulers that PD runs. After a change of the leader there are none for up to 5 minutes
    /// (docs/project/research/tidb.md#pd-as-observed).</summary>
    public static Task<IReadOnlyList<string>> RunningSchedulersAsync(
        this PdClient pd, CancellationToken cancellationToken) =>
        pd.GetAsync<List<string>, IReadOnlyList<string>>(
            $"{PdClient.Api}/schedulers", Json.ListString, names => [.. names.Select(n => n ?? "")],
            cancellationToken);

    /// <summary>What PD is doing to Regions now, each as PD words it (docs/project/research/tidb.md#pd).</summary>
    public static Task<IReadOnlyList<string>> OperatorsAsync(this PdClient pd, CancellationToken cancellationToken) =>
        pd.GetAsync<List<string>, IReadOnlyList<string>>(
            $"{PdClient.Api}/operators", Json.ListString, found => [.. found.Select(o => o ?? "")], cancellationToken);

    /// <summary>Whether an operator neither changes replicas nor merges or splits Regions: PD balances leaders all the
    /// time.</summary>
    public static bool OnlyMovesLeader(string found) =>
        found.Contains("transfer leader from", StringComparison.Ordinal)
        && !Array.Exists(OtherSteps, s => found.Contains(s, StringComparison.OrdinalIgnoreCase));

    /// <summary>Sets a limit and reads it back: PD answers 200 to an unknown key and ignores it.</summary>
    public static Task SetLimitAsync(
        this PdClient pd, string name, long value, CancellationToken cancellationToken) => pd.SetLimitsAsync(
            new Dictionary<string, long>(StringComparer.Ordinal) { [name] = value }, cancellationToken);

    public static async Task SetLimitsAsync(
        this PdClient pd, IReadOnlyDictionary<string, long> limits, CancellationToken cancellationToken)
    {
        if (limits.Count == 0)
        {
            return;
        }

        var entries = limits.Select(l => $"\"{l.Key}\":{l.Value}");
        await pd.ChangeAsync(HttpMethod.Post, Path, $"{{{string.Join(',', entries)}}}", cancellationToken);
        var now = await pd.ScheduleAsync(cancellationToken);
        foreach (var (name, value) in limits.Where(l => now.Limit(l.Key) != l.Value))
        {
            var present = now.Limit(name)?.ToString(CultureInfo.InvariantCulture) ?? "no such key";
            throw new TiDbApiException(Reasons.AnswerUnusable, $"PD accepted {name} = {value} and ignored it: it has "
                + $"{present}.");
        }
    }

    private static PdSchedule Schedule(ConfigAnswer config)
    {
        var enabled = TiDbAnswers.Entries(config.Schedule.Schedulers).Where(s => s.Disable != true).ToList();
        return new PdSchedule(
            Limits(config.Schedule.Settings ?? []),
            enabled.Where(IsEvictLeader).SelectMany(s => Evicted(s.Args)).ToHashSet(),
            enabled.Count, config.Replication.MaxReplicas, Labels(config.Replication.LocationLabels));
    }

    private static Dictionary<string, long> Limits(Dictionary<string, JsonElement> settings) => PdSchedule.LimitNames
        .Where(n => settings.TryGetValue(n, out var value) && value.ValueKind == JsonValueKind.Number)
        .ToDictionary(n => n, n => settings[n].GetInt64(), StringComparer.Ordinal);

    private static bool IsEvictLeader(SchedulerEntry scheduler) =>
        (scheduler.Type ?? throw new FormatException("a scheduler has no type")) == "evict-leader";

    private static IEnumerable<ulong> Evicted(JsonElement? args) => args switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Array } list => TiDbAnswers.Entries(list.EnumerateArray().Select(i => i.GetString()))
            .Select(id => ulong.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture)),
        _ => throw new FormatException("the args of evict-leader are not a list"),
    };

    private static string[] Labels(JsonElement? labels) => labels switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(l => l.GetString() ?? "")],
        _ => [],
    };

    /// <summary>GET /pd/api/v1/config, as far as it is evaluated.</summary>
    internal sealed record ConfigAnswer(ScheduleConfig Schedule, ReplicationConfig Replication);

    /// <summary>GET /pd/api/v1/config, of which the text is saved.</summary>
    internal sealed record SavedConfig(Dictionary<string, JsonElement> Schedule);

    internal sealed record ScheduleConfig
    {
        [JsonPropertyName("schedulers-v2")]
        public required List<SchedulerEntry?>? Schedulers { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Settings { get; set; }
    }

    /// <param name="Args">Store ids as texts for evict-leader; other schedulers have other arguments.</param>
    internal sealed record SchedulerEntry(string? Type = null, JsonElement? Args = null, bool? Disable = null);

    /// <param name="LocationLabels">One comma-separated text; a list in other versions.</param>
    internal sealed record ReplicationConfig(
        [property: JsonPropertyName("max-replicas")] long MaxReplicas,
        [property: JsonPropertyName("location-labels")] JsonElement? LocationLabels = null);
}

/// <summary>What GET /pd/api/v1/config says of scheduling. What it says counts, not the version's default: values
/// persisted in etcd win (docs/project/research/tidb.md#pd).</summary>
/// <param name="Evicted">Stores with an evict-leader scheduler that is persisted and not disabled, also while PD does
/// not run it yet (docs/project/research/tidb.md#pd-as-observed).</param>
internal sealed record PdSchedule(
    IReadOnlyDictionary<string, long> Limits, IReadOnlySet<ulong> Evicted, int EnabledSchedulers, long MaxReplicas,
    IReadOnlyList<string> LocationLabels)
{
    public static IReadOnlyList<string> LimitNames { get; } =
    [
        "leader-schedule-limit", "region-schedule-limit", "replica-schedule-limit", "merge-schedule-limit",
        "hot-region-schedule-limit", "max-merge-region-size", "max-merge-region-keys",
    ];

    public long? Limit(string name) => Limits.TryGetValue(name, out var value) ? value : null;

    public bool Merges => Limit("max-merge-region-size") is > 0 && Limit("merge-schedule-limit") is > 0;

    public string LimitsText() => Text(LimitNames.Where(Limits.ContainsKey).Select(n => (n, Limits[n])));

    public static string Text(IEnumerable<(string Name, long Value)> limits) => string.Join(
        ',', limits.Select(l => $"{l.Name}={l.Value}"));

    public static IReadOnlyDictionary<string, long> ParseLimits(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Split('='))
            .Where(p => p.Length == 2)
            .ToDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
