namespace Drydock.Clients.Snapshots;

/// <summary>Where one snapshot lives: objects <c>[Path/]Id/…</c> in a storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Path">Folder inside the storage, may be empty.</param>
/// <param name="Id">The snapshot's id, unique in that folder: letters, digits, <c>. _ -</c>, at most 128.</param>
public sealed record SnapshotLocation(ISnapshotStorage Storage, string Path, string Id)
{
    /// <summary>The prefix of all its object names, ending in <c>/</c>.</summary>
    public string Prefix => PrefixOf(Path, Id);

    /// <summary>Name of the manifest object; the snapshot exists if this object exists.</summary>
    public string ManifestName => $"{Prefix}manifest.json";

    /// <summary>The prefix of all object names of a snapshot, ending in <c>/</c>.</summary>
    public static string PrefixOf(string path, string id)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length == 0 ? $"{id}/" : $"{path.Trim('/')}/{id}/";
    }
}
