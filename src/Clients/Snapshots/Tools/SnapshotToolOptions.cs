namespace Drydock.Clients.Snapshots;

/// <summary>The programs, and their scratch directory. Bare names are looked up in PATH.</summary>
public sealed record SnapshotToolOptions
{
    /// <summary>mysqldump of MariaDB or MySQL.</summary>
    public string Dump { get; init; } = "mysqldump";

    /// <summary>The mysql command line client of MariaDB or MySQL.</summary>
    public string Client { get; init; } = "mysql";

    /// <summary>mydumper 0.10 or later.</summary>
    public string MyDumper { get; init; } = "mydumper";

    /// <summary>age 1.0 or later.</summary>
    public string Age { get; init; } = "age";

    /// <summary>util-linux' setpriv, which ties the lifetime of a child to the operator.</summary>
    public string SetPriv { get; init; } = "setpriv";

    /// <summary>
    /// An existing directory below which mydumper gets a separate directory for each attempt, removed on every exit. It
    /// needs little space while the storage keeps up (files are moved to it as they are closed), at most the rows of
    /// the databases dumped in parallel. Null: the system's temporary directory.
    /// </summary>
    public string? ScratchRoot { get; init; }
}
