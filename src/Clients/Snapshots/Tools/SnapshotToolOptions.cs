namespace Drydock.Clients.Snapshots;

/// <summary>Which programs are used. Bare names are looked up in PATH.</summary>
public sealed record SnapshotToolOptions
{
    /// <summary>mysqldump of MariaDB or MySQL.</summary>
    public string Dump { get; init; } = "mysqldump";

    /// <summary>The mysql command line client of MariaDB or MySQL.</summary>
    public string Client { get; init; } = "mysql";

    /// <summary>util-linux' setpriv, which ties a child's life to ours.</summary>
    public string SetPriv { get; init; } = "setpriv";
}
