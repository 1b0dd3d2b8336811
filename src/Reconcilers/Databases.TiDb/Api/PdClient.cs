namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD's HTTP interface (docs/research/tidb.md#pd). Every member forwards requests below /pd to the leader, so
/// an answer there proves nothing about the member itself; only etcd's own <c>/health</c> does. Members are asked in
/// turn until one answers.</summary>
/// <param name="members">Where PD members serve, in the order in which they are asked.</param>
internal sealed class PdClient(IServiceHttp http, IReadOnlyList<ServiceAddress> members)
{
    private const string Api = "/pd/api/v1";

    // '0' follows '/': the range has every key below /tidb/server/info/.
    private const string FirstKey = "/tidb/server/info/";
    private const string EndKey = "/tidb/server/info0";
    private const int NotFound = 404;

    // By the version of etcd, the newest first.
    private static readonly string[] Gateways = ["/v3/kv/range", "/v3beta/kv/range", "/v3alpha/kv/range"];

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>Whether a member itself reports a leader and a quorum: GET /health on it, <c>{"health":"true"}</c>.
    /// False also if it does not answer.</summary>
    public async Task<bool> IsHealthyAsync(ServiceAddress member, CancellationToken cancellationToken)
    {
        var (isHealthy, _) = await Asking.TryAsync(async () =>
        {
            var answer = await http.GetAsync(member.Host, member.Port, "/health", cancellationToken);
            return answer.Status == 200
                && TiDbAnswers.Read(answer, $"GET {member}/health", Json.Health, h => h.Value) == "true";
        });
        return isHealthy;
    }

    public Task<IReadOnlyList<PdMemberHealth>> HealthAsync(CancellationToken cancellationToken) =>
        GetAsync<List<PdWire.MemberHealth>, IReadOnlyList<PdMemberHealth>>(
            "/pd/health", Json.ListMemberHealth,
            list =>
            [
                .. TiDbAnswers.Entries(list).Select(m => new PdMemberHealth(
                    m.Name ?? "", TiDbAnswers.Entries(m.ClientUrls), m.IsHealthy ?? false)),
            ],
            cancellationToken);

    /// <summary>All members, who leads, and the cluster's id.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    public Task<PdMembers> MembersAsync(CancellationToken cancellationToken) => GetAsync(
        $"{Api}/members", Json.Members,
        answer => new PdMembers(
            answer.Header.ClusterId,
            [.. TiDbAnswers.Entries(answer.All).Select(
                m => Member(m) ?? throw new FormatException("a member has no member_id"))],
            Member(answer.Leader), Member(answer.EtcdLeader)),
        cancellationToken);

    /// <summary>Requests the leader to resign. Leadership moves later: see <see cref="MembersAsync"/>.</summary>
    /// <exception cref="TiDbApiException">Refused: "no valid pd to transfer leader".</exception>
    public Task ResignAsync(CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, $"{Api}/leader/resign", null, cancellationToken);

    /// <summary>Requests the leader to transfer leadership to a member. Leadership moves later.</summary>
    public Task TransferLeaderAsync(string member, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, $"{Api}/leader/transfer/{Uri.EscapeDataString(member)}", null, cancellationToken);

    public Task SetLeaderPriorityAsync(string member, int priority, CancellationToken cancellationToken) => ChangeAsync(
        HttpMethod.Post, $"{Api}/members/name/{Uri.EscapeDataString(member)}", $"{{\"leader-priority\":{priority}}}",
        cancellationToken);

    /// <summary>The git hash of the leader's build (GET /pd/api/v1/status is forwarded to the leader;
    /// docs/research/tidb.md#pd-as-observed).</summary>
    public Task<string> LeaderGitHashAsync(CancellationToken cancellationToken) =>
        GetAsync($"{Api}/status", Json.PdStatus, status => status.GitHash, cancellationToken);

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

    public async Task SetLimitsAsync(IReadOnlyDictionary<string, long> limits, CancellationToken cancellationToken)
    {
        if (limits.Count == 0)
        {
            return;
        }

        var entries = limits.Select(l => $"\"{l.Key}\":{l.Value}");
        await ChangeAsync(HttpMethod.Post, $"{Api}/config", $"{{{string.Join(',', entries)}}}", cancellationToken);
        var now = await ScheduleAsync(cancellationToken);
        foreach (var (name, value) in limits.Where(l => now.Limit(l.Key) != l.Value))
        {
            var present = now.Limit(name)?.ToString(CultureInfo.InvariantCulture) ?? "no such key";
            throw new TiDbApiException(Reasons.AnswerUnusable, $"PD accepted {name} = {value} and ignored it: it has "
                + $"{present}.");
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
            throw new TiDbApiException(Reasons.AnswerUnusable, $"PD accepted evict-leader-scheduler for store {store}, "
                + "but schedulers-v2 does not contain it.");
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
                $"evict-leader-scheduler for store {store} could not be removed: it is still in PD's schedulers-v2. "
                + $"Run `pd-ctl scheduler remove evict-leader-scheduler-{store}`.");
        }
    }

    public static string EvictName(ulong store) => $"evict-leader-scheduler-{store}";

    private Task AddEvictAsync(ulong store, CancellationToken cancellationToken) => ChangeAsync(
        HttpMethod.Post, $"{Api}/schedulers", $"{{\"name\":\"evict-leader-scheduler\",\"store_id\":{store}}}",
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
        return new PdSchedule(
            Limits(config.Schedule.Settings ?? []),
            enabled.Where(IsEvictLeader).SelectMany(s => Stores(s.Args)).ToHashSet(),
            enabled.Count, config.Replication.MaxReplicas, Labels(config.Replication.LocationLabels));
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

    public Task<IReadOnlyList<PdStore>> StoresAsync(CancellationToken cancellationToken) =>
        GetAsync<PdWire.Stores, IReadOnlyList<PdStore>>(
            $"{Api}/stores?state=0&state=1&state=2", Json.Stores,
            stores => [.. TiDbAnswers.Entries(stores.All).Select(Store)],
            cancellationToken);

    /// <summary>One store.</summary>
    /// <exception cref="TiDbApiException">The store does not exist: status 500
    /// (docs/research/tidb.md#pd-as-observed).</exception>
    public Task<PdStore> StoreAsync(ulong id, CancellationToken cancellationToken) =>
        GetAsync($"{Api}/store/{id}", Json.StoreInfo, Store, cancellationToken);

    private static PdStore Store(PdWire.StoreInfo info)
    {
        var (store, status) = (info.Store, info.Status);
        var labels = TiDbAnswers.Entries(store.Labels)
            .GroupBy(l => l.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal);
        return new PdStore(
            store.Id, store.Address, store.StateName, TiDbVersion.Plain(store.Version ?? ""), labels,
            status.LeaderCount ?? 0, status.RegionCount ?? 0, Time(status.StartTs));
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : null;

    /// <summary>Checks of Regions that both 2.1 and 3.0 have; together they list every Region with a replica that is
    /// not up to date (offline-peer and empty-region are 3.0's; docs/research/tidb.md#pd).</summary>
    public static IReadOnlyList<string> RegionChecks { get; } = ["down-peer", "miss-peer", "pending-peer"];

    /// <summary>The Regions that a check lists, read while they arrive: after the loss of a host there may be
    /// 100,000.</summary>
    public Task<PdRegionCheck> RegionsAsync(
        string check, Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken) =>
        RegionsAsync($"{Api}/regions/check/{check}", check, isAtRisk, cancellationToken);

    /// <summary>All Regions, read while they arrive: about 500 bytes each.</summary>
    public Task<PdRegionCheck> AllRegionsAsync(Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken) =>
        RegionsAsync($"{Api}/regions", "any state", isAtRisk, cancellationToken);

    private Task<PdRegionCheck> RegionsAsync(
        string path, string check, Func<PdRegion, bool> isAtRisk, CancellationToken cancellationToken) => InTurnAsync(
            member => http.ReadAsync(
                member.Host, member.Port, path,
                (answer, token) => PdRegionList.ReadAsync(answer, $"GET {member}{path}", check, isAtRisk, token),
                cancellationToken),
            mayRepeat: static _ => true);

    /// <summary>The TiDB servers that are registered; null if PD serves no gateway.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    public async Task<IReadOnlyList<TidbServerInfo>?> RegisteredServersAsync(CancellationToken cancellationToken)
    {
        var body = $"{{\"key\":\"{Encoded(FirstKey)}\",\"range_end\":\"{Encoded(EndKey)}\"}}";
        foreach (var path in Gateways)
        {
            // It only reads, although it is a POST: any member may be asked again.
            var (member, answer) = await InTurnAsync(
                async member => (
                    member,
                    await http.SendAsync(HttpMethod.Post, member.Host, member.Port, path, body, cancellationToken)),
                mayRepeat: static _ => true);
            if (answer.Status != NotFound)
            {
                return TiDbAnswers.Read(
                    answer, $"POST {member}{path}", Json.Range,
                    range => (IReadOnlyList<TidbServerInfo>)[.. TiDbAnswers.Entries(range.Kvs).Select(Registered)]);
            }
        }

        return null;
    }

    private static TidbServerInfo Registered(EtcdWire.KeyValue entry) => TidbStatusClient.Server(
        JsonSerializer.Deserialize(Convert.FromBase64String(entry.Value), Json.Server), isOwner: false);

    private static string Encoded(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));

    // Null without a member id.
    private static PdMember? Member(PdWire.Member? member) => member?.MemberId is { } id
        ? new PdMember(member.Name ?? "", id, TiDbAnswers.Entries(member.ClientUrls), member.LeaderPriority ?? 0)
        : null;

    private Task<T> GetAsync<TWire, T>(
        string path, JsonTypeInfo<TWire> type, Func<TWire, T> map, CancellationToken cancellationToken)
        where TWire : class => InTurnAsync(
            member => http.GetAsync(member, path, type, map, cancellationToken), mayRepeat: static _ => true);

    // PD answers null or "success" to a change that it accepted.
    private async Task ChangeAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken) =>
        await InTurnAsync(
            async member =>
            {
                var answer = await http.SendAsync(method, member.Host, member.Port, path, json, cancellationToken);
                return answer.Status == 200
                    ? true
                    : throw new TiDbApiException(
                        Reasons.StepFailed,
                        $"{method} {member}{path} was answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}",
                        answer.Status);
            },
            IsNotLed);

    // The next member is asked if this one could not forward the request to a leader.
    private static bool IsNotLed(Exception exception) => exception switch
    {
        ServiceException service => service.IsRequestNotTaken,
        TiDbApiException api => api.Message.Contains("no leader", StringComparison.Ordinal)
            || api.Message.Contains("redirect", StringComparison.Ordinal),
        _ => false,
    };

    private async Task<T> InTurnAsync<T>(Func<ServiceAddress, Task<T>> ask, Func<Exception, bool> mayRepeat)
    {
        Exception? last = null;
        foreach (var member in members)
        {
            try
            {
                return await ask(member);
            }
            catch (TargetException exception) when (mayRepeat(exception))
            {
                last = exception;
            }
        }

        Exception failure = last switch
        {
            TiDbApiException api => new TiDbApiException(api.Reason, api.Message, api.Status, api),
            ServiceException service => new ServiceException(
                service.Reason, service.Message, service.IsRequestNotTaken, service)
            { Field = service.Field },
            _ => new TiDbApiException(Reasons.InvalidSpec, "spec.instances lists no PD.") { Field = "spec.instances" },
        };
        throw failure;
    }
}

/// <summary>A process of the cluster refused a request, or its answer is not the documented one.</summary>
/// <param name="reason">A stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
/// <param name="message">Host, port, request and the words of the answer.</param>
/// <param name="status">The HTTP status of the answer; 0 if there was none.</param>
internal sealed class TiDbApiException(string reason, string message, int status = 0, Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    /// <summary>The HTTP status of the answer; 0 if there was none.</summary>
    public int Status => status;
}
