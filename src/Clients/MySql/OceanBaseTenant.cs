namespace Drydock.Clients.MySql;

/// <summary>Which tenant of which OceanBase cluster answers. A proxy reports neither a host name nor a uuid, and
/// several proxies serve one cluster, so the address is not enough
/// (docs/project/research/oms.md#metadata-on-oceanbase).</summary>
internal static class OceanBaseTenant
{
    internal static async Task<string?> IdentityAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        // One row a server: the parameter has one value in the whole cluster.
        var cluster = await TextAsync(session, "SHOW PARAMETERS LIKE 'cluster'", "value", cancellationToken);
        var id = await TextAsync(session, "SHOW PARAMETERS LIKE 'cluster_id'", "value", cancellationToken);
        var tenant = await TextAsync(session, "SELECT effective_tenant() AS tenant", "tenant", cancellationToken)
            ?? (session.UserID.IndexOf('@', StringComparison.Ordinal) is var at and >= 0
                ? session.UserID[(at + 1)..].Split('#')[0]
                : null);
        return cluster is { Length: > 0 } && id is { Length: > 0 } && tenant is { Length: > 0 }
            ? $"ob:{cluster.ToLowerInvariant()}:{id}:{tenant.ToLowerInvariant()}"
            : null;
    }

    private static async Task<string?> TextAsync(
        MySqlSession session, string sql, string column, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await session.QueryAsync(
                sql,
                row => Enumerable.Range(0, row.Columns)
                    .Where(i => string.Equals(row.Name(i), column, StringComparison.OrdinalIgnoreCase))
                    .Select(row.Text)
                    .FirstOrDefault(),
                cancellationToken);
            return rows.FirstOrDefault(value => value is not null);
        }
        catch (MySqlSessionException) when (session.IsOpen)
        {
            // The server refuses the question: it is of a version or an account that does not tell.
            return null;
        }
    }
}
