using System.Text.Json.Serialization;

namespace Drydock.Clients.Snapshots;

/// <summary>One database of a snapshot. All lists are in ordinal order of names.</summary>
public sealed record SnapshotDatabase
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Default character set.</summary>
    public required string CharacterSet { get; init; }

    /// <summary>Default collation.</summary>
    public required string Collation { get; init; }

    /// <summary>
    /// The dump. Where it is one file, that file; where the tool makes many, all of them taken together: <c>Name</c> is
    /// the folder they are in, the sizes are sums and <c>Sha256</c> is that of the lines <c>sha256, two blanks, name,
    /// newline</c> of <see cref="Files"/>, as <c>sha256sum</c> prints them.
    /// </summary>
    public required SnapshotFile File { get; init; }

    /// <summary>The files, where the tool makes many; null where <see cref="File"/> is the only one.</summary>
    public IReadOnlyList<SnapshotFile>? Files { get; init; }

    /// <summary>Every stored file.</summary>
    [JsonIgnore]
    public IReadOnlyList<SnapshotFile> StoredFiles => Files ?? [File];

    /// <summary>Base tables with their rows.</summary>
    public required IReadOnlyList<SnapshotTable> Tables { get; init; }

    /// <summary>Views.</summary>
    public required IReadOnlyList<SnapshotObject> Views { get; init; }

    /// <summary>Procedures and functions; names are <c>PROCEDURE x</c> or <c>FUNCTION x</c>.</summary>
    public required IReadOnlyList<SnapshotObject> Routines { get; init; }

    /// <summary>Triggers.</summary>
    public required IReadOnlyList<SnapshotObject> Triggers { get; init; }

    /// <summary>Events.</summary>
    public required IReadOnlyList<SnapshotObject> Events { get; init; }

    /// <summary>Sequences (MariaDB).</summary>
    public required IReadOnlyList<SnapshotObject> Sequences { get; init; }

    /// <summary>Rows of all tables.</summary>
    public long Rows => Tables.Sum(static t => t.Rows);
}
