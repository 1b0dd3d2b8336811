using System.Text.Json;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// That a scratch database on a server is this snapshot's: stored before it is made, and again, under another name,
/// when it was made.
/// </summary>
/// <param name="Database">Its name.</param>
/// <param name="ServerKey">On which server.</param>
internal sealed record ScratchRecord(string Database, string ServerKey)
{
    private string Stem => $"{Database}.{SessionMarker.Hash(ServerKey, 12)}";

    /// <summary>It may have been made: nothing but an empty one is taken for it.</summary>
    internal string BegunName(SnapshotLocation location) => $"{location.Prefix}verify/{Stem}.begun.json";

    /// <summary>It was made, and whatever is in it was put there by a test.</summary>
    internal string MadeName(SnapshotLocation location) => $"{location.Prefix}verify/{Stem}.made.json";

    internal async Task StoreAsync(SnapshotLocation location, string name, CancellationToken cancellationToken)
    {
        if (await location.Storage.StatAsync(name, cancellationToken).ConfigureAwait(false) is not null)
        {
            return;
        }

        await using var writer = await location.Storage.CreateAsync(name, cancellationToken).ConfigureAwait(false);
        await JsonSerializer.SerializeAsync(writer.Content, this, SnapshotJson.Default.ScratchRecord, cancellationToken).ConfigureAwait(false);
        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    internal async Task RemoveAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        await location.Storage.DeleteAsync(MadeName(location), cancellationToken).ConfigureAwait(false);
        await location.Storage.DeleteAsync(BegunName(location), cancellationToken).ConfigureAwait(false);
    }
}
