namespace Drydock.Reconcilers.Upgrades;

/// <summary>Hashes archives in storages before any part of them is sent. An archive is not hashed again while the
/// storage says that the object is the same; if that is untrue, the sending fails before its last bytes. Hosts that
/// need the same archive at the same time share one reading.</summary>
internal sealed class HashedArchives
{
    public const int MostKept = 64;

    private readonly BoundedCache<HashedObject> _known = new(MostKept);
    private readonly SharedReads<HashedObject> _reads = new();

    public int Count => _known.Count;

    /// <summary>The archive with its checksum.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/>; or the storage cannot be
    /// read.</exception>
    public async Task<HashedObject> HashAsync(
        ISnapshotStorage storage, string name, CancellationToken cancellationToken)
    {
        var key = $"{storage.Description}\n{name}";
        var stored = await storage.StatAsync(name, cancellationToken);
        if (_known.Find(key) is { } known && known.Info == stored)
        {
            return known;
        }

        // Only callers to whom the storage described the same object share its reading.
        return await _reads.ReadAsync(
            $"{key}\n{stored}",
            async token =>
            {
                var (hashed, _) = await HashedObject.ReadAsync(
                    storage, name, static (_, _) => Task.FromResult(true), token);
                _known.Set(key, hashed);
                return hashed;
            },
            cancellationToken);
    }

    public void Keep(ISnapshotStorage storage, string name, HashedObject hashed)
    {
        _known.Set($"{storage.Description}\n{name}", hashed);
    }

    /// <summary>Opens an archive for sending once its checksum is right.</summary>
    /// <param name="sha256">The checksum that it must have, in hexadecimal digits; empty takes any.</param>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.ChecksumMismatch"/>: it is another file; or it is
    /// missing, or cannot be read.</exception>
    public async Task<Stream> OpenAsync(
        ISnapshotStorage storage, string name, string sha256, long offset, CancellationToken cancellationToken)
    {
        var hashed = await HashAsync(storage, name, cancellationToken);
        return sha256.Length == 0 || string.Equals(hashed.Sha256, sha256, StringComparison.OrdinalIgnoreCase)
            ? await hashed.OpenAsync(storage, offset, cancellationToken)
            : throw new SnapshotException(
                SnapshotFailure.ChecksumMismatch,
                $"'{name}' in {storage.Description} has SHA-256 {hashed.Sha256}, expected {sha256}. No part of it was "
                + "sent. Replace the file, or correct the checksum.");
    }
}
