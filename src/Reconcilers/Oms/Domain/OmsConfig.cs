namespace Drydock.Reconcilers.Oms;

/// <summary>OMS's config.yaml (docs/project/research/oms.md#configuration-file). Read tolerantly, as OMS's own parser
/// does: quoted keys, tags, numbers and booleans as text, keys unknown to us. Secrets are wrapped; the file's text is
/// not kept.</summary>
internal sealed record OmsConfig
{
    public const string ContainerPath = "/home/admin/conf/config.yaml";

    private static readonly string[] MetaKeys =
        ["oms_meta_host", "oms_meta_port", "oms_meta_user", "oms_meta_password"];

    private static readonly string[] PlannedKeys =
    [
        "oms_meta_host", "oms_meta_port", "oms_meta_user", "drc_rm_db", "drc_cm_db", "drc_cm_heartbeat_db", "cm_url",
        "cm_location", "cm_region", "cm_is_default", "cm_nodes",
    ];

    public required string MetaHost { get; init; }
    public required int MetaPort { get; init; }
    public required string MetaUser { get; init; }
    public required Secret MetaPassword { get; init; }

    /// <summary>The account as the server names it: without the tenant and the cluster of OceanBase.</summary>
    public string Account => AccountOf(MetaUser);

    /// <summary><c>drc_rm_db</c>: the console's database; projects, ha.config, cluster_info.</summary>
    public required string RmDatabase { get; init; }

    /// <summary><c>drc_cm_db</c>: cluster management's database.</summary>
    public required string CmDatabase { get; init; }

    /// <summary><c>drc_cm_heartbeat_db</c>: the region's heartbeat database.</summary>
    public required string HeartbeatDatabase { get; init; }

    /// <summary><c>cm_location</c>: the region's number, 0 to 127.</summary>
    public required int CmLocation { get; init; }

    public string? CmRegion { get; init; }
    public required bool CmIsDefault { get; init; }
    public required IReadOnlyList<string> CmNodes { get; init; }
    public required OmsPorts Ports { get; init; }

    /// <summary>Checksums of all values by key, unknown keys included, for comparison with another node's. Never
    /// shown.</summary>
    public required IReadOnlyDictionary<string, string> Checksums { get; init; }

    /// <summary>The keys that another node's file has with another value, other than the address and account of the
    /// metadata server.</summary>
    public IReadOnlyList<string> DifferentKeys(OmsConfig other) =>
    [
        .. Checksums.Keys.Union(other.Checksums.Keys, StringComparer.Ordinal)
            .Except(MetaKeys, StringComparer.Ordinal)
            .Where(key => Checksums.GetValueOrDefault(key) != other.Checksums.GetValueOrDefault(key)),
    ];

    /// <summary>The beginnings of the checksums of the values that a plan is made from; none of them is
    /// secret.</summary>
    public SortedDictionary<string, string> PlannedValues() => new(
        Checksums.Where(c => PlannedKeys.Contains(c.Key) || c.Key.EndsWith("_server_port", StringComparison.Ordinal))
            .ToDictionary(c => c.Key, c => c.Value[..8], StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>Reads the file's text. Never throws: all that is wrong is in the result.</summary>
    public static OmsConfigResult Parse(string yaml) => OmsConfigReader.Read(yaml);

    internal static string AccountOf(string user) =>
        user.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
            ? user[..at]
            : user.Split(':') is [_, _, { Length: > 0 } last] ? last : user;
}

/// <summary>The TCP ports of an OMS node (docs/project/research/oms.md#configuration-file).</summary>
/// <param name="Ghana">The console's own port (<c>ghana_server_port</c>).</param>
/// <param name="Nginx">Web console and API (<c>nginx_server_port</c>).</param>
/// <param name="Cm">Cluster management (<c>cm_server_port</c>).</param>
/// <param name="Supervisor">Agent (<c>supervisor_server_port</c>).</param>
/// <param name="Sshd">ssh (<c>sshd_server_port</c>).</param>
internal sealed record OmsPorts(
    int Ghana = 8090, int Nginx = 8089, int Cm = 8088, int Supervisor = 9000, int Sshd = 2023)
{
    public IReadOnlyList<int> All => [Ghana, Nginx, Cm, Supervisor, Sshd];
}

/// <summary>A config.yaml as far as it could be read.</summary>
/// <param name="Config">The settings; null if anything that is needed is missing or wrong.</param>
/// <param name="Errors">All that is wrong: key, value (a secret one masked), what was expected, what to do.</param>
/// <param name="SecretValues">Every secret in it, also of unknown keys whose name says so, and also if
/// <paramref name="Config"/> is null; for redaction.</param>
internal sealed record OmsConfigResult(
    OmsConfig? Config, IReadOnlyList<string> Errors, IReadOnlyList<Secret> SecretValues)
{
    public IReadOnlyList<Finding> Findings(string node) =>
        [
            .. Errors.Select(error => new Finding { Reason = Reasons.ConfigUnreadable, Message = error, Node = node }),
        ];
}
