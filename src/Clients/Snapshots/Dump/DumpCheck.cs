namespace Drydock.Clients.Snapshots;

/// <summary>Compares the files of a dump with their expected content.</summary>
internal static class DumpCheck
{
    internal static IEnumerable<SnapshotFinding> Stored(
        string database, SnapshotFile file, DumpReadResult actual, bool opened)
    {
        if (actual.StoredBytes > file.StoredBytes)
        {
            yield return new SnapshotFinding(
                SnapshotFailure.ChecksumMismatch,
                database,
                $"{file.Name}: the stored object is longer than the {file.StoredBytes} bytes in the manifest.");
        }
        else if (actual.Sha256 != file.Sha256 || actual.StoredBytes != file.StoredBytes)
        {
            yield return new SnapshotFinding(
                SnapshotFailure.ChecksumMismatch,
                database,
                $"{file.Name}: {actual.StoredBytes} bytes with SHA-256 {actual.Sha256} are stored, but "
                    + $"{file.StoredBytes} with {file.Sha256} were written.");
        }

        if (actual.Damage is not null)
        {
            yield return new SnapshotFinding(
                SnapshotFailure.Truncated,
                database,
                $"{file.Name}: cannot be decoded completely: {Sentences.Close(actual.Damage)}");
        }
        else if (opened && actual.RawBytes != file.RawBytes)
        {
            yield return new SnapshotFinding(
                SnapshotFailure.Truncated,
                database,
                $"{file.Name}: it decodes to {actual.RawBytes} bytes of SQL, expected {file.RawBytes}.");
        }
    }

    /// <summary>The SQL of a database's files against the expected content, and whether it may be loaded under the
    /// name <paramref name="target"/>.</summary>
    internal static IEnumerable<SnapshotFinding> Contents(
        ManifestDatabase expected, IReadOnlyList<CountedFile> files, string target)
    {
        foreach (var (file, summary) in files)
        {
            if (file.Part == SnapshotPart.Rows ? !summary.EndsClean : !summary.IsComplete)
            {
                var end = file.Part == SnapshotPart.Rows
                    ? "does not end at the end of a statement"
                    : "does not end with '-- Dump completed'";
                yield return new SnapshotFinding(
                    SnapshotFailure.Truncated, expected.Name, $"{file.Name}: the dump {end}.");
            }
        }

        foreach (var finding in CatalogueComparison.DumpAgainst(
            expected, DumpSummary.Merge(files.Select(static f => f.Summary))))
        {
            yield return finding;
        }

        if (target != expected.Name && files.Any(static f => f.Summary.NamesDatabase))
        {
            yield return new SnapshotFinding(
                SnapshotFailure.InvalidRequest,
                expected.Name,
                $"The dump of {expected.Name} changes that database by its name (ALTER DATABASE, for routines or "
                    + "triggers made under another collation): it can be loaded only under its own name, not as "
                    + $"{target}.");
        }
    }

    internal static SnapshotFinding Missing(string database, SnapshotFile file, ISnapshotStorage storage) =>
        new(
            SnapshotFailure.NotFound,
            database,
            $"{file.Name} of database {database} no longer exists in {storage.Description}.");

    /// <summary>SHA-256 of the list of files, as <c>sha256sum</c> prints it.</summary>
    internal static string HashOf(IEnumerable<SnapshotFile> files) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(string.Concat(files.Select(static f => $"{f.Sha256}  {f.Name}\n")))));

    internal static void ThrowIfAny(IReadOnlyList<SnapshotFinding> findings, string what)
    {
        if (findings.Count > 0)
        {
            throw new SnapshotException(
                findings[0].Failure, $"{what}: {string.Join(' ', findings.Select(static f => f.Message))}");
        }
    }
}
