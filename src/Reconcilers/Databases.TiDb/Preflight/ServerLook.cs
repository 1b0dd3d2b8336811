namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>What the TiDB servers say.</summary>
/// <param name="Versions">Versions of the servers, by the name of the instance.</param>
/// <param name="Bootstrap">tidb_server_version.</param>
internal sealed record ServerLook(IReadOnlyDictionary<string, string> Versions, long? Bootstrap);
