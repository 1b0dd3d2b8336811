using System.Net.Http;
using System.Text.Json;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// PD's HTTP interface (docs/research/tidb.md#pd). Every member hands requests below /pd to the leader, so an answer
/// there proves nothing about the member asked; only etcd's own <c>/health</c> does. Members are asked in turn until
/// one answers.
/// </summary>
/// <param name="http">The transport.</param>
/// <param name="members">Where PD members serve, in the order in which they are asked.</param>
internal sealed partial class PdClient(IServiceHttp http, IReadOnlyList<Endpoint> members)
{
    private const string Api = "/pd/api/v1";

    /// <summary>
    /// Whether one member has a leader and a quorum by its own word: GET /health on it, <c>{"health":"true"}</c>. False
    /// also when it does not answer.
    /// </summary>
    public async Task<bool> IsHealthyAsync(Endpoint member, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await http.GetAsync(member.Host, member.Port, "/health", cancellationToken);
            return answer.Status == 200 && StrictJson.Read(answer, $"GET {member}/health", e => e.Text("health")) == "true";
        }
        catch (Exception exception) when (exception is ServiceException or TiDbApiException)
        {
            // No answer is the answer: whoever asks wants to know whether it may be relied upon.
            return false;
        }
    }

    /// <summary>What the leader says of every member.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    /// <exception cref="ServiceException">No member answers.</exception>
    public Task<IReadOnlyList<PdMemberHealth>> HealthAsync(CancellationToken cancellationToken) => GetAsync<IReadOnlyList<PdMemberHealth>>(
        "/pd/health",
        root => root.ValueKind == JsonValueKind.Array
            ? [.. root.EnumerateArray().Select(m => new PdMemberHealth(m.OptionalText("name") ?? "", m.Texts("client_urls"), m.Optional("health")?.GetBoolean() ?? false))]
            : throw new FormatException("it is no list"),
        cancellationToken);

    /// <summary>All members, who leads, and the cluster's id.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    /// <exception cref="ServiceException">No member answers.</exception>
    public Task<PdMembers> MembersAsync(CancellationToken cancellationToken) => GetAsync(
        $"{Api}/members",
        root => new PdMembers(
            root.Member("header").Id("cluster_id"),
            [.. root.List("members").Select(Member)],
            root.Optional("leader") is { } leader ? MemberOrNone(leader) : null,
            root.Optional("etcd_leader") is { } etcd ? MemberOrNone(etcd) : null),
        cancellationToken);

    /// <summary>
    /// Asks the leader to give leadership to whom it likes. Leadership moves later: look at <see cref="MembersAsync"/>.
    /// </summary>
    /// <exception cref="TiDbApiException">Refused: "no valid pd to transfer leader".</exception>
    public Task ResignAsync(CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, $"{Api}/leader/resign", null, cancellationToken);

    /// <summary>Asks the leader to give leadership to one member. Leadership moves later.</summary>
    /// <param name="member">The member's own name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="TiDbApiException">Refused.</exception>
    public Task TransferLeaderAsync(string member, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, $"{Api}/leader/transfer/{Uri.EscapeDataString(member)}", null, cancellationToken);

    /// <summary>Sets a member's leader_priority.</summary>
    public Task SetLeaderPriorityAsync(string member, int priority, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, $"{Api}/members/name/{Uri.EscapeDataString(member)}", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"leader-priority\":{priority}}}"), cancellationToken);

    /// <summary>
    /// The git hash of the leader's build (GET /pd/api/v1/status is handed to the leader;
    /// docs/research/tidb.md#pd-as-observed).
    /// </summary>
    public Task<string> LeaderGitHashAsync(CancellationToken cancellationToken) =>
        GetAsync($"{Api}/status", root => root.Text("git_hash"), cancellationToken);

    private static PdMember Member(JsonElement element) =>
        new(element.OptionalText("name") ?? "", element.Id("member_id"), element.Texts("client_urls"), (int)element.Number("leader_priority"));

    // While there is none, an empty object stands there.
    private static PdMember? MemberOrNone(JsonElement element) =>
        element.Optional("member_id") is null ? null : Member(element);

    private async Task<T> GetAsync<T>(string path, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        await InTurnAsync(
            async member => StrictJson.Read(await http.GetAsync(member.Host, member.Port, path, cancellationToken), $"GET {member}{path}", read),
            mayRepeat: static _ => true);

    // null and "success" are what PD answers to a change it took.
    private async Task ChangeAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken) =>
        await InTurnAsync(
            async member =>
            {
                var answer = await http.SendAsync(method, member.Host, member.Port, path, json, cancellationToken);
                return answer.Status == 200
                    ? true
                    : throw new TiDbApiException(Reasons.StepFailed, $"{method} {member}{path} was answered {answer.Status}: {ToolOutput.Excerpt(answer.Body)}", answer.Status);
            },
            IsNotLed);

    // The next member is asked where this one could not hand the request to a leader.
    private static bool IsNotLed(Exception exception) => exception switch
    {
        ServiceException service => service.IsRequestNotTaken,
        TiDbApiException api => api.Message.Contains("no leader", StringComparison.Ordinal) || api.Message.Contains("redirect", StringComparison.Ordinal),
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
            catch (Exception exception) when (exception is ServiceException or TiDbApiException && mayRepeat(exception))
            {
                last = exception;
            }
        }

        Exception failure = last switch
        {
            TiDbApiException api => new TiDbApiException(api.Reason, api.Message, api.Status, api),
            ServiceException service => new ServiceException(service.Reason, service.Message, service.IsRequestNotTaken, service)
            {
                Field = service.Field,
            },
            _ => new TiDbApiException(Reasons.InvalidSpec, "spec.instances names no PD to ask") { Field = "spec.instances" },
        };
        throw failure;
    }
}
