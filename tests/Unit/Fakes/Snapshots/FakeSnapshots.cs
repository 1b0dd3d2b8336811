namespace Drydock.Tests.Unit.Fakes;

/// <summary>One snapshot in a storage that refuses every write.</summary>
internal sealed class FakeSnapshots(params string[] databases) : Snapshotter, ISnapshotStorage
{
    public SnapshotManifest? Manifest { get; set; } = new()
    {
        Id = "snap-1",
        StartedAt = new DateTimeOffset(2025, 12, 31, 0, 0, 0, TimeSpan.Zero),
        CreatedAt = new DateTimeOffset(2025, 12, 31, 1, 0, 0, TimeSpan.Zero),
        Server = new SnapshotServer("key", "MariaDb", "10.11"),
        Tool = new SnapshotTool("mysqldump", "10.19", []),
        Owner = new SnapshotOwner(RestoreWorld.Space, "snap", "snap-uid"),
        Databases =
        [
            .. databases.Select(d => new ManifestDatabase
            {
                Name = d,
                CharacterSet = "utf8mb4",
                Collation = "utf8mb4_general_ci",
                File = new SnapshotFile($"{d}.sql.gz", "gzip", 100, 1000, "00", 10),
                Tables = [new SnapshotTable("t", 3, null)],
                Views = [],
                Routines = [],
                Triggers = [],
                Events = [],
                Sequences = [],
            }),
        ],
    };

    /// <summary>Databases whose files do not verify.</summary>
    public HashSet<string> Damaged { get; } = [];

    /// <summary>Databases whose files have lost bytes since they were verified.</summary>
    public HashSet<string> Truncated { get; } = [];

    public string Description => "/snapshots";

    public string ContentOf(string database) => $"{database} as in the snapshot";

    public override Task<SnapshotManifest?> FindAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        Task.FromResult(location.Id == Manifest?.Id ? Manifest : null);

    public override Task<DumpVerification> CheckPresenceAsync(
        SnapshotLocation location, CancellationToken cancellationToken) =>
        Task.FromResult(new DumpVerification(
            Manifest!, [.. Truncated.Select(d => new SnapshotFinding(
                SnapshotFailure.ChecksumMismatch, d, $"{d}.sql.gz has 50 bytes, expected 100."))]));

    public override Task<SnapshotManifest> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override Task<DumpVerification> VerifyAsync(
        SnapshotLocation location, string? identity, IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override Task DeleteAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a restore deleted a snapshot");

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"a restore wrote {name}");

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"a restore published {to}");

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SnapshotObjectInfo>>([]);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"a restore deleted {name}");

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        throw new InvalidOperationException("a restore marked the storage");

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        Task.FromResult<SnapshotStorageMark?>(new SnapshotStorageMark("mark", DateTimeOffset.UnixEpoch));
}
