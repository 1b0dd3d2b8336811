namespace Drydock.Reconcilers.Oms;

/// <summary>Where the metadata server (MySQL, MariaDB or an OceanBase MySQL tenant) is and who connects to
/// it.</summary>
/// <param name="Host">Host name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="User">Account; on OceanBase with tenant and cluster (<c>user@tenant#cluster</c>).</param>
/// <param name="Password">Its password.</param>
/// <param name="Tls">How the connection is encrypted and the server verified.</param>
internal sealed record MetadataTarget(string Host, int Port, string User, Secret Password, MySqlTls Tls)
{
    private const int ConnectSeconds = 10;
    internal const int StatementSeconds = 600;

    public string Address => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    public MySqlOptions Options() => new()
    {
        Server = Host,
        Port = Port,
        UserID = User,
        Password = Password.Reveal(),
        Tls = Tls,
        ConnectionTimeout = ConnectSeconds,
        CommandTimeout = StatementSeconds,
    };
}
