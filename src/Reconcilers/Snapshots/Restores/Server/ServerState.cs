using System.Globalization;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The state of a server at one time.</summary>
internal sealed record ServerState
{
    /// <summary>
    /// The identity that the server reports, in the form that claims use: <c>uuid:…</c> or <c>addr:host:port</c>.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>The addresses used, in the form that claims use.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>User and address, for messages.</summary>
    public required string Address { get; init; }

    /// <summary>The account as the server knows it, <c>user@host</c>.</summary>
    public required string Account { get; init; }

    /// <summary>True for OceanBase, which has no LOCK TABLES privilege.</summary>
    public bool IsOceanBase { get; init; }

    /// <summary>True if it accepts no writes.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>True if it has GET_LOCK.</summary>
    public bool NamedLocks { get; init; }

    /// <summary>
    /// True if only a privileged account may create functions and triggers (binary log without
    /// log_bin_trust_function_creators).
    /// </summary>
    public bool FunctionsNeedSuper { get; init; }

    /// <summary>The privileges of the account.</summary>
    public required GrantList Grants { get; init; }

    /// <summary>Free bytes on the volume of the databases; null if the server does not report them.</summary>
    public long? FreeBytes { get; init; }

    /// <summary>The requested databases, in the order of the request.</summary>
    public required IReadOnlyList<ServerDatabase> Databases { get; init; }

    /// <summary>Sessions that have one of them selected.</summary>
    public required IReadOnlyList<ServerSession> Sessions { get; init; }

    /// <summary>What decides whether a dump can be loaded.</summary>
    public RestoreFacts Facts => new()
    {
        Address = Address,
        Account = Account,
        Grants = Grants,
        NamedLocks = NamedLocks,
        FunctionsNeedSuper = FunctionsNeedSuper,
        FreeBytes = FreeBytes,
    };

    /// <summary>False if sessions of other accounts are not visible.</summary>
    public bool SeesAllSessions => Grants.HasGlobal("PROCESS") || Grants.HasRoles;
}

/// <summary>A database on the server.</summary>
/// <param name="Name">Name as requested.</param>
/// <param name="Tables">Number of base tables.</param>
/// <param name="Bytes">Bytes of data and indexes, as the server estimates them.</param>
/// <param name="Definers">Accounts that its views, routines, triggers and events run as, <c>user@host</c>.</param>
internal sealed record ServerDatabase(string Name, bool Exists, int Tables, long Bytes, IReadOnlyList<string> Definers);

/// <summary>A session on the server.</summary>
/// <param name="Id">CONNECTION_ID().</param>
/// <param name="User">Account.</param>
/// <param name="Host">The client address as the server sees it, usually <c>address:port</c>.</param>
/// <param name="Database">Its selected database.</param>
/// <param name="Program">Program name that the client sent; null if the server does not report it.</param>
internal sealed record ServerSession(ulong Id, string User, string Host, string? Database, string? Program)
{
    /// <summary>The session as text for messages.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"session {Id} of {User} from {Host}{(Program is { Length: > 0 } p ? $" ({p})" : "")} on "
        + $"{Database ?? "no database"}");
}
