namespace Drydock.Lab;

/// <summary>
/// How the stand-in of OceanBase answers. Each doubtful assumption is a property (docs/project/research/oms.md, MetaDB
/// on OceanBase).
/// </summary>
public sealed record OceanBaseBehaviour
{
    /// <summary>OceanBase 3.2 behind a proxy: no named locks, no events.</summary>
    public static OceanBaseBehaviour V3 { get; } = new();

    /// <summary>OceanBase 4.2 behind a proxy: named locks, all lists.</summary>
    public static OceanBaseBehaviour V4 { get; } = new()
    {
        Version = "5.7.25-OceanBase-v4.2.1.8",
        VersionComment = "OceanBase 4.2.1.8 (stand-in)",
        HasNamedLocks = true,
        AbsentLists = [],
    };

    /// <summary><c>VERSION()</c> and the greeting.</summary>
    public string Version { get; init; } = "5.7.25-OceanBase-v3.2.4.5";

    /// <summary><c>@@version_comment</c>.</summary>
    public string VersionComment { get; init; } = "OceanBase 3.2.4.5 (stand-in)";

    /// <summary>Whether it has <c>GET_LOCK</c> and its like.</summary>
    public bool HasNamedLocks { get; init; }

    /// <summary>The error for a function that it does not have.</summary>
    public int NoFunctionError { get; init; } = 1305;

    /// <summary>Views of information_schema that it does not have.</summary>
    public IReadOnlyList<string> AbsentLists { get; init; } = ["EVENTS"];

    /// <summary>The error for such a view.</summary>
    public int AbsentListError { get; init; } = 1109;

    /// <summary>Added to the server's ids in the process list.</summary>
    public long ListedIds { get; init; } = 3_221_225_472;

    /// <summary>Added to the server's ids in <c>CONNECTION_ID()</c>.</summary>
    public long ConnectionIds { get; init; } = 3_221_225_472;

    /// <summary>The answer to KILL of another session.</summary>
    public OceanBaseKill Kill { get; init; }

    /// <summary>Whether the process list has rows without a user: statements that run on another server.</summary>
    public bool HasRemotePlans { get; init; } = true;

    /// <summary>Whether it takes <c>wait_timeout</c> from a session.</summary>
    public bool TakesWaitTimeout { get; init; } = true;

    /// <summary>Name of the cluster; null if the account may not see the parameters.</summary>
    public string? Cluster { get; init; } = "obmeta";

    /// <summary>Id of the cluster.</summary>
    public int ClusterId { get; init; } = 1001;

    /// <summary><c>effective_tenant()</c>; null if it does not know the function.</summary>
    public string? Tenant { get; init; } = "oms_meta";
}

/// <summary>What the stand-in does at <c>KILL</c>.</summary>
public enum OceanBaseKill
{
    /// <summary>Ends the session.</summary>
    Ends,

    /// <summary>Error 1094, as a proxy answers for a session of another proxy.</summary>
    IsUnknown,

    /// <summary>Error 1095: the account may not end it.</summary>
    IsDenied,
}
