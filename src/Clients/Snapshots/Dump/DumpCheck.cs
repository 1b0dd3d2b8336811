using System.Globalization;

namespace Drydock.Clients.Snapshots;

/// <summary>Compares a dump that was read back with what it should be.</summary>
internal static class DumpCheck
{
    internal static IReadOnlyList<SnapshotFinding> Compare(SnapshotDatabase expected, StoredDump actual)
    {
        var file = expected.File;
        var findings = new List<SnapshotFinding>();
        if (actual.Sha256 != file.Sha256 || actual.StoredBytes != file.StoredBytes)
        {
            findings.Add(new SnapshotFinding(SnapshotFailure.ChecksumMismatch, expected.Name, string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Name}: stored are {actual.StoredBytes} bytes with SHA-256 {actual.Sha256}, written were {file.StoredBytes} with {file.Sha256}.")));
        }

        if (actual.Damage is not null)
        {
            findings.Add(new SnapshotFinding(SnapshotFailure.Truncated, expected.Name, $"{file.Name}: cannot be decompressed to its end: {actual.Damage}"));
        }
        else if (!actual.Summary.IsComplete)
        {
            findings.Add(new SnapshotFinding(SnapshotFailure.Truncated, expected.Name, $"{file.Name}: the dump does not end with '-- Dump completed'."));
        }

        findings.AddRange(CatalogueComparison.DumpAgainst(expected, actual.Summary));
        return findings;
    }

    internal static SnapshotFinding Missing(SnapshotDatabase expected, ISnapshotStorage storage) =>
        new(SnapshotFailure.NotFound, expected.Name, $"{expected.File.Name} of database {expected.Name} is gone from {storage.Description}.");

    /// <exception cref="SnapshotException">There are findings.</exception>
    internal static void ThrowIfAny(IReadOnlyList<SnapshotFinding> findings, string what)
    {
        if (findings.Count > 0)
        {
            throw new SnapshotException(findings[0].Failure, $"{what}: {string.Join(' ', findings.Select(static f => f.Message))}");
        }
    }
}
