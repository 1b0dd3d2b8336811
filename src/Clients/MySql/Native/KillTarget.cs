namespace Drydock.Clients.MySql.Native;

/// <summary>A session that a second connection can end.</summary>
/// <param name="Options">How to reach its server.</param>
/// <param name="ConnectionId">CONNECTION_ID() of the session.</param>
/// <param name="Server">What <see cref="ServerName"/> read in that session; never empty.</param>
internal sealed record KillTarget(MySqlConnectionStringBuilder Options, ulong ConnectionId, string Server);
