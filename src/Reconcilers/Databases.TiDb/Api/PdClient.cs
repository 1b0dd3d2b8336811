namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD's HTTP interface (docs/research/tidb.md#pd). Every member forwards requests below /pd to the leader, so
/// an answer there proves nothing about the member itself; only etcd's own <c>/health</c> does. Members are asked in
/// turn until one answers.</summary>
/// <param name="http">The transport.</param>
/// <param name="members">Where PD members serve, in the order in which they are asked.</param>
internal sealed partial class PdClient(IServiceHttp http, IReadOnlyList<Endpoint> members)
{
    private const string Api = "/pd/api/v1";

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    /// <summary>Whether a member itself reports a leader and a quorum: GET /health on it, <c>{"health":"true"}</c>.
    /// False also if it does not answer.</summary>
    public async Task<bool> IsHealthyAsync(Endpoint member, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await http.GetAsync(member.Host, member.Port, "/health", cancellationToken);
            return answer.Status == 200
                && TiDbAnswers.Read(answer, $"GET {member}/health", Json.Health, h => h.Value) == "true";
        }
        catch (TargetException)
        {
            // A member that does not answer is not healthy.
            return false;
        }
    }

    public Task<IReadOnlyList<PdMemberHealth>> HealthAsync(CancellationToken cancellationToken) =>
        GetAsync<List<PdWire.MemberHealth>, IReadOnlyList<PdMemberHealth>>(
            "/pd/health",
            Json.ListMemberHealth,
            list =>
            [
                .. TiDbAnswers.Entries(list).Select(m => new PdMemberHealth(
                    m.Name ?? "", TiDbAnswers.Entries(m.ClientUrls), m.IsHealthy ?? false)),
            ],
            cancellationToken);

    /// <summary>All members, who leads, and the cluster's id.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    public Task<PdMembers> MembersAsync(CancellationToken cancellationToken) => GetAsync(
        $"{Api}/members",
        Json.Members,
        answer => new PdMembers(
            answer.Header.ClusterId,
            [.. TiDbAnswers.Entries(answer.All).Select(m => Member(m) ?? throw NoId())],
            Member(answer.Leader),
            Member(answer.EtcdLeader)),
        cancellationToken);

    /// <summary>Requests the leader to resign. Leadership moves later: see <see cref="MembersAsync"/>.</summary>
    /// <exception cref="TiDbApiException">Refused: "no valid pd to transfer leader".</exception>
    public Task ResignAsync(CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, $"{Api}/leader/resign", null, cancellationToken);

    /// <summary>Requests the leader to transfer leadership to a member. Leadership moves later.</summary>
    public Task TransferLeaderAsync(string member, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, $"{Api}/leader/transfer/{Uri.EscapeDataString(member)}", null, cancellationToken);

    public Task SetLeaderPriorityAsync(string member, int priority, CancellationToken cancellationToken) => ChangeAsync(
        HttpMethod.Post,
        $"{Api}/members/name/{Uri.EscapeDataString(member)}",
        string.Create(CultureInfo.InvariantCulture, $"{{\"leader-priority\":{priority}}}"),
        cancellationToken);

    /// <summary>The git hash of the leader's build (GET /pd/api/v1/status is forwarded to the leader;
    /// docs/research/tidb.md#pd-as-observed).</summary>
    public Task<string> LeaderGitHashAsync(CancellationToken cancellationToken) =>
        GetAsync($"{Api}/status", Json.PdStatus, status => status.GitHash, cancellationToken);

    private static FormatException NoId() => new("a member has no member_id");

    // Null without a member id.
    private static PdMember? Member(PdWire.Member? member) => member?.MemberId is { } id
        ? new PdMember(member.Name ?? "", id, TiDbAnswers.Entries(member.ClientUrls), member.LeaderPriority ?? 0)
        : null;

    private async Task<T> GetAsync<TWire, T>(
        string path, JsonTypeInfo<TWire> type, Func<TWire, T> map, CancellationToken cancellationToken)
        where TWire : class => await InTurnAsync(
            async member =>
            {
                var answer = await http.GetAsync(member.Host, member.Port, path, cancellationToken);
                return TiDbAnswers.Read(answer, $"GET {member}{path}", type, map);
            },
            mayRepeat: static _ => true);

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

    private async Task<T> InTurnAsync<T>(Func<Endpoint, Task<T>> ask, Func<Exception, bool> mayRepeat)
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
            {
                Field = service.Field,
            },
            _ => new TiDbApiException(Reasons.InvalidSpec, "spec.instances lists no PD.") { Field = "spec.instances" },
        };
        throw failure;
    }
}

/// <summary>A process of the cluster refused a request, or its answer is not the documented one.</summary>
/// <param name="reason">A stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
/// <param name="message">Host, port, request and the words of the answer.</param>
/// <param name="status">The HTTP status of the answer; 0 if there was none.</param>
/// <param name="innerException">The cause.</param>
internal sealed class TiDbApiException(
    string reason, string message, int status = 0, Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    /// <summary>The HTTP status of the answer; 0 if there was none.</summary>
    public int Status => status;
}
