namespace Drydock.Lab;

/// <summary>Settings of a metadata database.</summary>
public sealed record MetaDbOptions
{
    /// <summary>Name of the server and its network namespace: short, unique within the run.</summary>
    public string Name { get; init; } = "metadb";

    /// <summary>
    /// The system whose server is used; null for MariaDB of the machine, or for the system that DRYDOCK_LAB_METADB
    /// names.
    /// </summary>
    public LabSystem? System { get; init; }

    /// <summary>TCP port.</summary>
    public int Port { get; init; } = 3306;

    /// <summary>Whether the server offers TLS with a certificate of the run's authority.</summary>
    public bool Tls { get; init; }

    /// <summary>Whether the server refuses TCP clients without TLS; needs <see cref="Tls"/>.</summary>
    public bool RequireTls { get; init; }

    /// <summary>More options of mariadbd, for example <c>--lower-case-table-names=1</c>.</summary>
    public IReadOnlyList<string> ServerArguments { get; init; } = [];

    /// <summary>
    /// Space for the data in bytes: a separate file system in memory, which <see cref="MetaDb.FillDiskAsync"/> fills.
    /// Null for the space of the machine.
    /// </summary>
    public long? DataBytes { get; init; }
}
