namespace Drydock.Clients.Snapshots;

/// <summary>Where one snapshot lives: objects <c>[Path/]Id/…</c> in a storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Path">Folder inside the storage, may be empty.</param>
/// <param name="Id">The snapshot's id, unique in that folder: letters, digits, <c>. _ -</c>, at most 128.</param>
public sealed record SnapshotLocation(ISnapshotStorage Storage, string Path, string Id)
{
    /// <summary>What all its objects' names begin with, ending in <c>/</c>.</summary>
    public string Prefix => PrefixOf(Path, Id);

    /// <summary>Name of the manifest object; a snapshot exists when this does.</summary>
    public string ManifestName => $"{Prefix}manifest.json";

    /// <summary>What the names of all objects of a snapshot begin with, ending in <c>/</c>.</summary>
    public static string PrefixOf(string path, string id)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length == 0 ? $"{id}/" : $"{path.Trim('/')}/{id}/";
    }
}
