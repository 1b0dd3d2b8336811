namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What GET /pd/api/v1/config says of scheduling. What it says counts, not the version's default: values
/// persisted in etcd win (docs/research/tidb.md#pd).</summary>
internal sealed record PdSchedule
{
    public static IReadOnlyList<string> LimitNames { get; } =
    [
        "leader-schedule-limit",
        "region-schedule-limit",
        "replica-schedule-limit",
        "merge-schedule-limit",
        "hot-region-schedule-limit",
        "max-merge-region-size",
        "max-merge-region-keys",
    ];

    public required IReadOnlyDictionary<string, long> Limits { get; init; }

    /// <summary>Stores with an evict-leader scheduler that is persisted and not disabled, also while PD does not run it
    /// yet (docs/research/tidb.md#pd-as-observed).</summary>
    public required IReadOnlySet<ulong> Evicted { get; init; }

    public required int EnabledSchedulers { get; init; }

    public required long MaxReplicas { get; init; }

    public required IReadOnlyList<string> LocationLabels { get; init; }

    public long? Limit(string name) => Limits.TryGetValue(name, out var value) ? value : null;

    public bool Merges => Limit("max-merge-region-size") is > 0 && Limit("merge-schedule-limit") is > 0;

    public string LimitsText() => Text(LimitNames.Where(Limits.ContainsKey).Select(n => (n, Limits[n])));

    public static string Text(IEnumerable<(string Name, long Value)> limits) => string.Join(
        ',', limits.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Name}={l.Value}")));

    public static IReadOnlyDictionary<string, long> ParseLimits(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Split('='))
            .Where(p => p.Length == 2)
            .ToDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
