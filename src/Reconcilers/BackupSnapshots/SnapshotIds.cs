using System.Globalization;
using Drydock.Crds.BackupSnapshots;

namespace Drydock.Reconcilers.BackupSnapshots;

/// <summary>Under which id each attempt of a BackupSnapshot is kept.</summary>
internal static class SnapshotIds
{
    public static string Of(BackupSnapshot snapshot, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{snapshot.Metadata.Name}-{snapshot.Metadata.Uid![..8]}-{attempt}");
}
