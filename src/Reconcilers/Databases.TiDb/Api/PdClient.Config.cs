namespace Drydock.Reconcilers.Databases.TiDb;

/// <content>Configuration and schedulers.</content>
internal sealed partial class PdClient
{
    public async Task<string> ConfigTextAsync(CancellationToken cancellationToken)
    {
        const string Path = $"{Api}/config";
        return await InTurnAsync(
            async member =>
            {
                var answer = await http.GetAsync(member.Host, member.Port, Path, cancellationToken);
                return TiDbAnswers.Read(answer, $"GET {member}{Path}", Json.SavedConfig, _ => answer.Body.Trim());
            },
            mayRepeat: static _ => true);
    }

    public Task<PdSchedule> ScheduleAsync(CancellationToken cancellationToken) =>
        GetAsync($"{Api}/config", Json.Config, Schedule, cancellationToken);

    /// <summary>The version of the cluster: the lowest of its stores, raised automatically and never lowered
    /// (docs/research/tidb.md#pd).</summary>
    public Task<string> ClusterVersionAsync(CancellationToken cancellationToken) => GetAsync(
        $"{Api}/config/cluster-version", Json.String, TiDbVersion.Plain, cancellationToken);

    /// <summary>Names of the schedulers that PD runs. After a change of the leader there are none for up to 5 minutes
    /// (docs/research/tidb.md#pd-as-observed).</summary>
    public Task<IReadOnlyList<string>> RunningSchedulersAsync(CancellationToken cancellationToken) =>
        GetAsync<List<string>, IReadOnlyList<string>>(
            $"{Api}/schedulers", Json.ListString, names => [.. names.Select(n => n ?? "")], cancellationToken);

    /// <summary>Sets a limit and reads it back: PD answers 200 to an unknown key and ignores it.</summary>
    public Task SetLimitAsync(string name, long value, CancellationToken cancellationToken) =>
        SetLimitsAsync(new Dictionary<string, long>(StringComparer.Ordinal) { [name] = value }, cancellationToken);

    public async Task SetLimitsAsync(
        IReadOnlyDictionary<string, long> limits, CancellationToken cancellationToken)
    {
        if (limits.Count == 0)
        {
            return;
        }

        var entries = limits.Select(
            l => string.Create(CultureInfo.InvariantCulture, $"\"{l.Key}\":{l.Value}"));
        await ChangeAsync(HttpMethod.Post, $"{Api}/config", $"{{{string.Join(',', entries)}}}", cancellationToken);
        var now = await ScheduleAsync(cancellationToken);
        foreach (var (name, value) in limits.Where(l => now.Limit(l.Key) != l.Value))
        {
            var present = now.Limit(name)?.ToString(CultureInfo.InvariantCulture) ?? "no such key";
            throw new TiDbApiException(Reasons.AnswerUnusable, string.Create(
                CultureInfo.InvariantCulture, $"PD accepted {name} = {value} and ignored it: it has {present}."));
        }
    }

    /// <summary>Moves leaders away from a store. A scheduler that exists already is accepted
    /// (docs/research/tidb.md#tidb-operator), confirmed by schedulers-v2. The id is a number: to a text PD answers
    /// "missing store id".</summary>
    /// <exception cref="TiDbApiException">Refused, or not persisted.</exception>
    public async Task EvictLeadersAsync(ulong store, CancellationToken cancellationToken)
    {
        try
        {
            await AddEvictAsync(store, cancellationToken);
        }
        catch (TiDbApiException exception)
            when (exception.Status == 500 && exception.Message.Contains("existed", StringComparison.Ordinal))
        {
            // Read back below.
        }

        if (!(await ScheduleAsync(cancellationToken)).Evicted.Contains(store))
        {
            throw new TiDbApiException(Reasons.AnswerUnusable, string.Create(
                CultureInfo.InvariantCulture,
                $"PD accepted evict-leader-scheduler for store {store}, but schedulers-v2 does not contain it."));
        }
    }

    /// <summary>Lets leaders return to a store, confirmed by schedulers-v2: "scheduler not found" proves nothing after
    /// a change of the PD leader, which does not run persisted schedulers yet; adding the scheduler again makes it
    /// removable.</summary>
    /// <exception cref="TiDbApiException">It is still persisted.</exception>
    public async Task LetLeadersBackAsync(ulong store, CancellationToken cancellationToken)
    {
        if (!(await ScheduleAsync(cancellationToken)).Evicted.Contains(store))
        {
            return;
        }

        await RemoveEvictAsync(store, cancellationToken);
        if (!(await ScheduleAsync(cancellationToken)).Evicted.Contains(store))
        {
            return;
        }

        await AddEvictAsync(store, cancellationToken);
        await RemoveEvictAsync(store, cancellationToken);
        if ((await ScheduleAsync(cancellationToken)).Evicted.Contains(store))
        {
            throw new TiDbApiException(
                Reasons.LeadersKeptAway,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"evict-leader-scheduler for store {store} could not be removed: it is still in PD's "
                    + $"schedulers-v2. Run `pd-ctl scheduler remove evict-leader-scheduler-{store}`."));
        }
    }

    public static string EvictName(ulong store) =>
        string.Create(CultureInfo.InvariantCulture, $"evict-leader-scheduler-{store}");

    private Task AddEvictAsync(ulong store, CancellationToken cancellationToken) => ChangeAsync(
        HttpMethod.Post,
        $"{Api}/schedulers",
        string.Create(
            CultureInfo.InvariantCulture, $"{{\"name\":\"evict-leader-scheduler\",\"store_id\":{store}}}"),
        cancellationToken);

    private async Task RemoveEvictAsync(ulong store, CancellationToken cancellationToken)
    {
        try
        {
            await ChangeAsync(HttpMethod.Delete, $"{Api}/schedulers/{EvictName(store)}", null, cancellationToken);
        }
        catch (TiDbApiException exception)
            when (exception.Status == 404 || exception.Message.Contains("not found", StringComparison.Ordinal))
        {
            // Removed, or not running yet: the caller reads schedulers-v2.
        }
    }

    private static PdSchedule Schedule(PdWire.Config config)
    {
        var enabled = TiDbAnswers.Entries(config.Schedule.Schedulers).Where(s => s.Disable != true).ToList();
        return new PdSchedule
        {
            Limits = Limits(config.Schedule.Settings ?? []),
            Evicted = enabled.Where(IsEvictLeader).SelectMany(s => Stores(s.Args)).ToHashSet(),
            EnabledSchedulers = enabled.Count,
            MaxReplicas = config.Replication.MaxReplicas,
            LocationLabels = Labels(config.Replication.LocationLabels),
        };
    }

    private static Dictionary<string, long> Limits(Dictionary<string, JsonElement> settings) => PdSchedule.LimitNames
        .Where(n => settings.TryGetValue(n, out var value) && value.ValueKind == JsonValueKind.Number)
        .ToDictionary(n => n, n => settings[n].GetInt64(), StringComparer.Ordinal);

    private static bool IsEvictLeader(PdWire.Scheduler scheduler) =>
        (scheduler.Type ?? throw new FormatException("a scheduler has no type")) == "evict-leader";

    private static IEnumerable<ulong> Stores(JsonElement? args) => args switch
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
}
