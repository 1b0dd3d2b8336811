using System.Text;
using Drydock.Clients.Snapshots;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Writes texts into a storage, each once: what is there already stays.</summary>
internal static class SavedConfiguration
{
    /// <summary>Writes what is not there yet.</summary>
    public static async Task WriteAsync(
        ISnapshotStorage storage,
        string prefix,
        IEnumerable<KeyValuePair<string, string>> texts,
        CancellationToken cancellationToken)
    {
        foreach (var (name, text) in texts)
        {
            if (await storage.StatAsync($"{prefix}/{name}", cancellationToken) is not null)
            {
                continue;
            }

            await using var writer = await storage.CreateAsync($"{prefix}/{name}", cancellationToken);
            await writer.Content.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            await writer.CompleteAsync(cancellationToken);
        }
    }
}
