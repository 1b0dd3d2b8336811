using System.Data;
using System.Data.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Which tenant of which OceanBase cluster answers. A proxy reports neither a host name nor a uuid, and
/// several proxies serve one cluster, so the address is not enough
/// (docs/research/oms.md#metadata-on-oceanbase).</summary>
internal static class OceanBaseTenant
{
    public static async Task<string?> IdentityAsync(
        DbConnection connection, string user, CancellationToken cancellationToken)
    {
        // One row a server: the parameter has one value in the whole cluster.
        var cluster = await TextAsync(connection, "SHOW PARAMETERS LIKE 'cluster'", "value", cancellationToken);
        var id = await TextAsync(connection, "SHOW PARAMETERS LIKE 'cluster_id'", "value", cancellationToken);
        var tenant = await TextAsync(connection, "SELECT effective_tenant() AS tenant", "tenant", cancellationToken)
            ?? TenantOf(user);
        return cluster is { Length: > 0 } && id is { Length: > 0 } && tenant is { Length: > 0 }
            ? $"ob:{cluster.ToLowerInvariant()}:{id}:{tenant.ToLowerInvariant()}"
            : null;
    }

    private static string? TenantOf(string user) =>
        user.IndexOf('@', StringComparison.Ordinal) is var at and >= 0
        ? user[(at + 1)..].Split('#')[0]
        : null;

    private static async Task<string?> TextAsync(
        DbConnection connection, string sql, string column, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            string? first = null;
            while (await reader.ReadAsync(cancellationToken))
            {
                for (var i = 0; first is null && i < reader.FieldCount; i++)
                {
                    first = string.Equals(reader.GetName(i), column, StringComparison.OrdinalIgnoreCase)
                        && !reader.IsDBNull(i)
                        ? Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)
                        : null;
                }
            }

            return first;
        }
        catch (DbException) when (connection.State == ConnectionState.Open)
        {
            // The server refuses the question: it is of a version or an account that does not tell.
            return null;
        }
    }
}
