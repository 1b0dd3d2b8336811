namespace Drydock.Clients.Snapshots;

/// <summary>Validates a manifest before it is trusted: any writer of the storage may have written
/// it.</summary>
internal static class ManifestRules
{
    private const int LongestName = 1_024;

    /// <summary>Why it cannot be used; null if it can.</summary>
    internal static string? Check(SnapshotManifest manifest) => Problems(manifest).FirstOrDefault();

    // Each rule relies on those before it.
    private static IEnumerable<string> Problems(SnapshotManifest manifest)
    {
        if (manifest.Server is null
            || manifest.Tool is not { Flags: not null }
            || manifest.Databases is null
            || manifest.Encryption is { Recipients: null })
        {
            yield return "server, tool or databases are missing";
        }

        if (manifest.Databases!.Count is 0 or > SnapshotLimits.Databases)
        {
            yield return $"it has {manifest.Databases.Count} databases, expected 1 to {SnapshotLimits.Databases}";
        }

        foreach (var problem in manifest.Databases.SelectMany(Problems))
        {
            yield return problem;
        }

        var files = manifest.Databases.SelectMany(static d => d.StoredFiles).ToList();
        var objects = manifest.Databases.Sum(static d => d.Tables.Count + Lists(d).Sum(static l => (long)l.Count));
        if (files.Count > SnapshotLimits.Files
            || objects > SnapshotLimits.Objects
            || files.Sum(static f => (decimal)f.StoredBytes) > SnapshotLimits.Bytes
            || files.Sum(static f => (decimal)f.RawBytes) > SnapshotLimits.Bytes)
        {
            yield return $"it has more than {SnapshotLimits.Files} files, {SnapshotLimits.Objects} tables and other "
                + $"objects, or {SnapshotLimits.Bytes} bytes";
        }

        if (manifest.Databases.DistinctBy(static d => d.Name, StringComparer.Ordinal).Count()
            != manifest.Databases.Count)
        {
            yield return "two of its databases have the same name";
        }
    }

    private static IEnumerable<string> Problems(ManifestDatabase? database)
    {
        if (database is null
            || !IsName(database.Name)
            || database.CharacterSet is null
            || database.Collation is null
            || database.File is null)
        {
            yield return "a database lacks its name, character set, collation or file";
        }

        if (database!.Tables is null || Lists(database).Any(static l => l is null) || database.Files is { Count: 0 })
        {
            yield return $"database {database.Name} lacks its files, its tables, or another of its lists";
        }

        if (database.Tables!.Any(static t => t is null || !IsName(t.Name) || t.Rows is < 0 or > SnapshotLimits.Bytes)
            || Lists(database).Any(static l => l.Any(static o => o is null || !IsName(o.Name))))
        {
            yield return $"database {database.Name} has a table or another object without a name, or with an "
                + "impossible number of rows";
        }

        foreach (var file in database.StoredFiles.Append(database.File!))
        {
            if (file is null || !IsName(file.Name) || file.Sha256 is null || !Enum.IsDefined(file.Part))
            {
                yield return $"database {database.Name}: a file lacks its name or its SHA-256, or its part is unknown";
            }

            if (file!.StoredBytes is < 0 or > SnapshotLimits.Bytes
                || file.RawBytes is < 0 or > SnapshotLimits.Bytes
                || file.LargestStatementBytes < 0)
            {
                yield return $"database {database.Name}: file {file.Name} has {file.StoredBytes} bytes stored and "
                    + $"{file.RawBytes} opened, expected 0 to {SnapshotLimits.Bytes}";
            }
        }
    }

    private static IReadOnlyList<SnapshotObject>[] Lists(ManifestDatabase database) =>
        [database.Views, database.Routines, database.Triggers, database.Events, database.Sequences];

    private static bool IsName(string? name) => name is { Length: > 0 and <= LongestName };
}

/// <summary>Which definitions a manifest holds as text.</summary>
internal static class StoredDefinitions
{
    private const int One = 16 << 10;

    private const int All = 2 << 20;

    /// <summary>Leaves out what is too long. Of an encrypted snapshot all are left out, because a manifest is not
    /// encrypted.</summary>
    internal static IReadOnlyList<ManifestDatabase> Within(IReadOnlyList<ManifestDatabase> databases, bool encrypted)
    {
        var left = encrypted ? 0 : All;
        return [
            .. databases.Select(d => d with
            {
                Tables = [.. d.Tables.Select(t => t with { Definition = Take(t.Definition) })],
                Views = Kept(d.Views),
                Routines = Kept(d.Routines),
                Triggers = Kept(d.Triggers),
                Events = Kept(d.Events),
                Sequences = Kept(d.Sequences),
            }),
        ];

        List<SnapshotObject> Kept(IReadOnlyList<SnapshotObject> objects) =>
            [.. objects.Select(o => o with { Definition = Take(o.Definition) })];

        string? Take(string? definition)
        {
            if (definition is null || definition.Length > One || definition.Length > left)
            {
                return null;
            }

            left -= definition.Length;
            return definition;
        }
    }
}
