namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Asks the SQL interfaces of tablet servers for a sign of life. Never logs in and sends no secret.</summary>
internal interface ISqlProbe
{
    Task<string?> FindProblemAsync(SqlInterface kind, ServiceAddress address, CancellationToken cancellationToken);
}

/// <summary>An interface of a tablet server for clients.</summary>
internal enum SqlInterface
{
    /// <summary>PostgreSQL's protocol; a tablet server runs PostgreSQL for it.</summary>
    Ysql,

    /// <summary>Cassandra's protocol; the tablet server speaks it itself.</summary>
    Ycql,
}
