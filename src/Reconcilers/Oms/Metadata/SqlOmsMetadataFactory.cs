namespace Drydock.Reconcilers.Oms;

/// <summary>Reaches metadata servers through an ADO.NET provider for the MySQL protocol.</summary>
internal sealed class SqlOmsMetadataFactory : IOmsMetadataFactory
{
    private readonly DbProviderFactory _provider;
    private readonly Func<MetadataTarget, string> _connectionString;
    private readonly EndpointPolicy _endpoints;
    private readonly LockRowTimes? _lockTimes;

    /// <summary>Creates it.</summary>
    /// <param name="provider">The provider; it must not reconnect and must take <c>@name</c> parameters.</param>
    /// <param name="connectionString">How a target is written as a connection string; null for the keys MySqlConnector
    /// uses.</param>
    /// <param name="endpoints">Which addresses are connected to; null for the default.</param>
    /// <param name="lockTimes">The times of lock rows; null for the default.</param>
    public SqlOmsMetadataFactory(
        DbProviderFactory provider,
        Func<MetadataTarget, string>? connectionString = null,
        EndpointPolicy? endpoints = null,
        LockRowTimes? lockTimes = null)
    {
        _lockTimes = lockTimes;
        _provider = provider;
        _connectionString = connectionString ?? ConnectionString;
        _endpoints = endpoints ?? EndpointPolicy.Default;
    }

    public IOmsMetadata Open(MetadataTarget target)
    {
        var sessions = new SqlSessions(_provider, target, _connectionString(target), _endpoints);
        return new SqlOmsMetadata(sessions, _lockTimes);
    }

    private static string ConnectionString(MetadataTarget target)
    {
        var builder = new DbConnectionStringBuilder
        {
            ["Server"] = target.Host,
            ["Port"] = target.Port.ToString(CultureInfo.InvariantCulture),
            ["User ID"] = target.User,
            ["Password"] = target.Password.Reveal(),
            ["Connection Timeout"] = "10",
        };
        if (target.Tls is { } tls)
        {
            builder["SSL Mode"] = tls.VerifyServer
                ? "VerifyFull"
                : string.IsNullOrEmpty(tls.Authority)
                ? "Required"
                : "VerifyCA";
            Add("SSL CA PEM", tls.Authority);
            Add("SSL Cert", tls.CertificateFile);
            Add("SSL Key", tls.KeyFile);
        }

        return builder.ConnectionString;

        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                builder[key] = value;
            }
        }
    }
}
