namespace Drydock.Clients.MySql;

/// <summary>One row of the server's process list.</summary>
/// <param name="Id">CONNECTION_ID() of the session.</param>
/// <param name="User">User name.</param>
/// <param name="Host">Where it comes from as the server sees it, usually <c>address:port</c>; <c>localhost</c> for a
/// socket file.</param>
/// <param name="Database">Its selected database, null for none.</param>
/// <param name="Command">E.g. <c>Query</c>, <c>Sleep</c>, <c>Killed</c>.</param>
/// <param name="TimeSeconds">Seconds in this state.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Info">The statement it runs, null when idle.</param>
public sealed record MySqlSession(
    ulong Id,
    string User,
    string Host,
    string? Database,
    string Command,
    long TimeSeconds,
    string? State,
    string? Info);
