namespace Drydock.Clients.MySql;

/// <summary>What a server says it is, so that two addresses of one server are seen to be one.</summary>
/// <param name="Kind">MySQL, MariaDB or OceanBase.</param>
/// <param name="Version">The version as reported, e.g. <c>10.11.19-MariaDB-0+deb12u1</c>.</param>
/// <param name="Uuid"><c>@@server_uuid</c>, null where the server has none (MariaDB, OceanBase).</param>
/// <param name="HostName">The host name it reports, empty if it does not.</param>
/// <param name="Port">The port it reports.</param>
public sealed record MySqlServerIdentity(MySqlServerKind Kind, string Version, string? Uuid, string HostName, int Port)
{
    /// <summary>
    /// Stable name of the server: its uuid or, where it has none, <c>host:port</c> as it reports them (lower case).
    /// </summary>
    public string Key =>
        Uuid is { Length: > 0 } ? Uuid : FormattableString.Invariant($"{HostName.ToLowerInvariant()}:{Port}");
}
