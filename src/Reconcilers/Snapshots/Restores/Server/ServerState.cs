namespace Drydock.Reconcilers.Snapshots;

/// <summary>The state of a server at one time.</summary>
internal sealed record ServerState
{
    public required string Identity { get; init; }

    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The server and the account, as far as they decide whether a dump can be loaded.</summary>
    public required RestoreFacts Facts { get; init; }

    public string Address => Facts.Address;

    /// <summary>True for OceanBase, which has no LOCK TABLES privilege.</summary>
    public bool IsOceanBase { get; init; }

    public bool ReadOnly { get; init; }

    public required IReadOnlyList<ServerDatabase> Databases { get; init; }

    public required IReadOnlyList<ServerSession> Sessions { get; init; }

    public bool SeesAllSessions => Facts.Grants.HasGlobal("PROCESS") || Facts.Grants.HasRoles;
}

/// <summary>A database on the server.</summary>
/// <param name="Name">Name as requested.</param>
/// <param name="Tables">Number of base tables.</param>
/// <param name="Bytes">Bytes of data and indexes, as the server estimates them.</param>
/// <param name="Definers">Accounts that its views, routines, triggers and events run as, <c>user@host</c>.</param>
internal sealed record ServerDatabase(string Name, bool Exists, int Tables, long Bytes, IReadOnlyList<string> Definers)
{
    /// <summary>What restores left in it.</summary>
    public IReadOnlyList<RestoreWitness> Witnesses { get; init; } = [];
}

/// <summary>A session on the server.</summary>
/// <param name="Id">CONNECTION_ID().</param>
/// <param name="Host">The client address as the server sees it, usually <c>address:port</c>.</param>
/// <param name="Program">Program name that the client sent; null if the server does not report it.</param>
internal sealed record ServerSession(ulong Id, string User, string Host, string? Database, string? Program)
{
    public string Describe() =>
        $"session {Id} of {User} from {Host}{(Program is { Length: > 0 } p ? $" ({p})" : "")} on "
        + (Database ?? "no database");
}
