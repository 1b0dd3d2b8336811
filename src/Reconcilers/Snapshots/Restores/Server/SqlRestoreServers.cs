using Drydock.Clients.MySql;

namespace Drydock.Reconcilers.Snapshots;

/// <inheritdoc cref="IRestoreServers" />
internal sealed class SqlRestoreServers(TimeProvider time) : IRestoreServers
{
    /// <inheritdoc />
    public IRestoreServer Open(MySqlConnectionStringBuilder connection) => new SqlRestoreServer(connection, time);
}
