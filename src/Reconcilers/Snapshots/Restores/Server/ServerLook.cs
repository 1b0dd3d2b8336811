using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>A server as it was when it was looked at.</summary>
internal sealed record ServerLook
{
    /// <summary>
    /// What it says it is, as the claims of upgrades name it: <c>uuid:…</c> or <c>addr:host:port</c>.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>Where it was reached, in the words of claims.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>User and address, for messages.</summary>
    public required string Address { get; init; }

    /// <summary>The account as the server knows it, <c>user@host</c>.</summary>
    public required string Account { get; init; }

    /// <summary>True for OceanBase, which knows no LOCK TABLES privilege.</summary>
    public bool IsOceanBase { get; init; }

    /// <summary>True if it takes no writes.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>True if it has GET_LOCK.</summary>
    public bool NamedLocks { get; init; }

    /// <summary>
    /// True if only a privileged account may create functions and triggers (binary log without
    /// log_bin_trust_function_creators).
    /// </summary>
    public bool FunctionsNeedSuper { get; init; }

    /// <summary>What the account may do.</summary>
    public required GrantList Grants { get; init; }

    /// <summary>Bytes free where the databases are; null where the server does not tell.</summary>
    public long? FreeBytes { get; init; }

    /// <summary>The databases that were asked for, in that order.</summary>
    public required IReadOnlyList<ServerDatabase> Databases { get; init; }

    /// <summary>Sessions that have one of them selected.</summary>
    public required IReadOnlyList<ServerSession> Sessions { get; init; }

    /// <summary>False if sessions of other accounts cannot be seen.</summary>
    public bool SeesAllSessions => Grants.HasGlobal("PROCESS") || Grants.HasRoles;
}
