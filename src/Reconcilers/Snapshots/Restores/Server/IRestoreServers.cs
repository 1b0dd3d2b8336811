using Drydock.Clients.MySql;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Reaches the servers that are restored to.</summary>
internal interface IRestoreServers
{
    /// <summary>A server; nothing is connected to yet.</summary>
    IRestoreServer Open(MySqlConnectionStringBuilder connection);
}
