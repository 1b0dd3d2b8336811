namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What PD is asked about its members, and told about who leads them (docs/project/research/tidb.md#pd). In
/// answers, a property with a default may be absent or null; a required list may be null, which is how Go writes an
/// empty one.</summary>
internal static class PdMembership
{
    private const string Path = $"{PdClient.Api}/members";

    private static TiDbJsonContext Json => TiDbJsonContext.Default;

    public static Task<IReadOnlyList<PdMemberHealth>> HealthAsync(
        this PdClient pd, CancellationToken cancellationToken) =>
        pd.GetAsync<List<HealthEntry>, IReadOnlyList<PdMemberHealth>>(
            "/pd/health", Json.ListHealthEntry,
            list =>
            [
                .. TiDbAnswers.Entries(list).Select(m => new PdMemberHealth(
                    m.Name ?? "", TiDbAnswers.Entries(m.ClientUrls), m.IsHealthy ?? false)),
            ],
            cancellationToken);

    /// <summary>All members, who leads, and the cluster's id.</summary>
    /// <exception cref="TiDbApiException">Refused, or no usable answer.</exception>
    public static Task<PdMembers> MembersAsync(this PdClient pd, CancellationToken cancellationToken) => pd.GetAsync(
        Path, Json.MembersAnswer,
        answer => new PdMembers(
            answer.Header.ClusterId,
            [.. TiDbAnswers.Entries(answer.Members).Select(
                m => Member(m) ?? throw new FormatException("a member has no member_id"))],
            Member(answer.Leader), Member(answer.EtcdLeader)),
        cancellationToken);

    /// <summary>Requests the leader to resign. Leadership moves later: see <see cref="MembersAsync"/>.</summary>
    /// <exception cref="TiDbApiException">Refused: "no valid pd to transfer leader".</exception>
    public static Task ResignAsync(this PdClient pd, CancellationToken cancellationToken) =>
        pd.ChangeAsync(HttpMethod.Post, $"{PdClient.Api}/leader/resign", null, cancellationToken);

    /// <summary>Requests the leader to transfer leadership to a member. Leadership moves later.</summary>
    public static Task TransferLeaderAsync(this PdClient pd, string member, CancellationToken cancellationToken) =>
        pd.ChangeAsync(
            HttpMethod.Post, $"{PdClient.Api}/leader/transfer/{Uri.EscapeDataString(member)}", null,
            cancellationToken);

    public static Task SetLeaderPriorityAsync(
        this PdClient pd, string member, int priority, CancellationToken cancellationToken) => pd.ChangeAsync(
            HttpMethod.Post, $"{Path}/name/{Uri.EscapeDataString(member)}", $"{{\"leader-priority\":{priority}}}",
            cancellationToken);

    /// <summary>The git hash of the leader's build (GET /pd/api/v1/status is forwarded to the leader;
    /// docs/project/research/tidb.md#pd-as-observed).</summary>
    public static Task<string> LeaderGitHashAsync(this PdClient pd, CancellationToken cancellationToken) =>
        pd.GetAsync($"{PdClient.Api}/status", Json.BuildAnswer, build => build.GitHash, cancellationToken);

    // Null without a member id.
    private static PdMember? Member(MemberEntry? member) => member?.MemberId is { } id
        ? new PdMember(member.Name ?? "", id, TiDbAnswers.Entries(member.ClientUrls), member.LeaderPriority ?? 0)
        : null;

    /// <summary>An entry of GET /pd/health.</summary>
    internal sealed record HealthEntry(
        string? Name = null, List<string?>? ClientUrls = null,
        [property: JsonPropertyName("health")] bool? IsHealthy = null);

    /// <summary>GET /pd/api/v1/members.</summary>
    internal sealed record MembersAnswer(
        MembersHeader Header, List<MemberEntry?>? Members, MemberEntry? Leader = null, MemberEntry? EtcdLeader = null);

    internal sealed record MembersHeader(ulong ClusterId);

    internal sealed record MemberEntry(
        string? Name = null, ulong? MemberId = null, List<string?>? ClientUrls = null, int? LeaderPriority = null);

    /// <summary>GET /pd/api/v1/status.</summary>
    internal sealed record BuildAnswer(string GitHash);
}

/// <summary>The members of PD.</summary>
/// <param name="Leader">The PD leader; null while there is none.</param>
/// <param name="EtcdLeader">The etcd leader; differs from the PD leader while leadership moves.</param>
internal sealed record PdMembers(
    ulong ClusterId, IReadOnlyList<PdMember> Members, PdMember? Leader, PdMember? EtcdLeader)
{
    /// <summary>Whether PD and etcd are led by the same member: a move is over
    /// (docs/project/research/tidb.md#pd).</summary>
    public bool IsSettled => Leader is not null && Leader.Id == EtcdLeader?.Id;

    public PdMember? At(ServiceAddress endpoint) => Members.FirstOrDefault(m => endpoint.IsAmong(m.ClientUrls));
}

/// <summary>A PD member (docs/project/research/tidb.md#pd).</summary>
/// <param name="LeaderPriority">A value other than 0 pulls leadership back to it.</param>
internal sealed record PdMember(string Name, ulong Id, IReadOnlyList<string> ClientUrls, int LeaderPriority);

/// <summary>A member as the PD leader reports it: GET /pd/health.</summary>
/// <param name="IsHealthy">Whether it answered the leader.</param>
internal sealed record PdMemberHealth(string Name, IReadOnlyList<string> ClientUrls, bool IsHealthy);
