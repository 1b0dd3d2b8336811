namespace Drydock.Clients.Snapshots;

/// <summary>A server as it described itself.</summary>
/// <param name="Key">Its uuid, or host and port as it reports them.</param>
/// <param name="Kind">MySql, MariaDb or OceanBase.</param>
/// <param name="Version">Its version text.</param>
public sealed record SnapshotServer(string Key, string Kind, string Version);
