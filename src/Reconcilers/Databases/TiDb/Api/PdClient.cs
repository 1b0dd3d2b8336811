namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD's HTTP interface (docs/project/research/tidb.md#pd). Every member forwards requests below /pd to the
/// leader, so an answer there proves nothing about the member itself; only etcd's own <c>/health</c> does. Members are
/// asked in turn until one answers. What is asked is in the files of its subjects: members, stores, scheduling,
/// Regions.</summary>
/// <param name="members">Where PD members serve, in the order in which they are asked.</param>
/// <param name="ensureMayAct">Called before each change; throws if this process may not act any longer. Null permits
/// every change.</param>
internal sealed class PdClient(IServiceHttp http, IReadOnlyList<ServiceAddress> members, Action? ensureMayAct = null)
{
    public const string Api = "/pd/api/v1";

    /// <summary>Whether a member itself reports a leader and a quorum: GET /health on it, <c>{"health":"true"}</c>.
    /// False also if it does not answer.</summary>
    public async Task<bool> IsHealthyAsync(ServiceAddress member, CancellationToken cancellationToken)
    {
        var (isHealthy, _) = await Asking.TryAsync(() => http.GetAsync(
            member, "/health", TiDbJsonContext.Default.Health, h => h.Value == "true", cancellationToken));
        return isHealthy;
    }

    public Task<T> GetAsync<TWire, T>(
        string path, JsonTypeInfo<TWire> type, Func<TWire, T> map, CancellationToken cancellationToken)
        where TWire : class =>
        AskAsync((client, member) => client.GetAsync(member, path, type, map, cancellationToken));

    /// <summary>Sends what only reads: any member may be asked again.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    public Task<T> AskAsync<T>(Func<IServiceHttp, ServiceAddress, Task<T>> ask) =>
        InTurnAsync(member => ask(http, member), mayRepeat: static _ => true);

    /// <summary>Sends what changes something. PD answers null or "success" to a change that it accepted.</summary>
    /// <exception cref="TiDbApiException">Refused.</exception>
    public async Task ChangeAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken) =>
        await InTurnAsync(
            async member =>
            {
                ensureMayAct?.Invoke();
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
        _ => SaysNoLeader(exception),
    };

    private static bool SaysNoLeader(Exception exception) => exception is TiDbApiException { Status: >= 500 } api
        && (api.Message.Contains("no leader", StringComparison.Ordinal)
            || api.Message.Contains("redirect", StringComparison.Ordinal));

    private static TiDbApiException WithoutLeader(List<(ServiceAddress Member, TargetException Why)> failed)
    {
        var silent = failed.Where(f => f.Why is ServiceException).Select(f => $"{f.Member}").ToList();
        var which = silent.Count == 0
            ? $"all {failed.Count} members that were asked answer"
            : $"{silent.Count} of {failed.Count} members do not answer: {string.Join(", ", silent)}";
        return new TiDbApiException(
            Reasons.NoLeader, $"PD has no leader ({which}). Leaders of Regions stay where they are.",
            innerException: failed[^1].Why);
    }

    private async Task<T> InTurnAsync<T>(Func<ServiceAddress, Task<T>> ask, Func<Exception, bool> mayRepeat)
    {
        var failed = new List<(ServiceAddress Member, TargetException Why)>();
        foreach (var member in members)
        {
            try
            {
                return await ask(member);
            }
            catch (TargetException exception) when (mayRepeat(exception))
            {
                failed.Add((member, exception));
            }
        }

        throw failed.Exists(f => SaysNoLeader(f.Why)) ? WithoutLeader(failed)
            : failed.LastOrDefault().Why ?? new TiDbApiException(Reasons.InvalidSpec, "spec.instances lists no PD.")
            {
                Field = "spec.instances",
            };
    }

    /// <summary>GET /health, etcd's own.</summary>
    internal sealed record Health([property: JsonPropertyName("health")] string Value);
}
