using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Storages with snapshots in them, by folder and id; takes, verifies and removes them.</summary>
internal sealed class FakeArchive(TimeProvider time) : Snapshotter, IStorages, ISnapshotStorage
{
    /// <summary>The snapshots that exist: prefix and manifest.</summary>
    public SortedDictionary<string, SnapshotManifest> Manifests { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Unreadable { get; } = [];

    /// <summary>Prefixes of snapshots of which a file is missing.</summary>
    public HashSet<string> Damaged { get; } = [];

    public bool Shared { get; set; }

    public List<string> Removed { get; } = [];

    public List<SnapshotRequest> Taken { get; } = [];

    public List<RestoreTestRequest> Tested { get; } = [];

    public List<SnapshotFinding> TestFindings { get; } = [];

    /// <summary>Prefixes of dumps that failed before their manifest.</summary>
    public SortedSet<string> Unfinished { get; } = new(StringComparer.Ordinal);

    /// <summary>Why a dump fails; null: it does not.</summary>
    public Exception? TakeFails { get; set; }

    /// <summary>What people do while it dumps.</summary>
    public Func<Task>? Meanwhile { get; set; }

    /// <summary>What it reports to be at.</summary>
    public SnapshotStage Stage { get; set; } = SnapshotStage.Dumping;

    /// <summary>Called at every point at which the operator may die.</summary>
    public Func<string, Task> Passing { get; set; } = static _ => Task.CompletedTask;

    public bool Marked { get; set; } = true;

    /// <summary>Asked before anything is removed; may throw.</summary>
    public Func<string, Task>? BeforeRemove { get; set; }

    /// <summary>Why no storage can be opened; null: it can.</summary>
    public Exception? OpenFails { get; set; }

    public string Description => "/snapshots";

    public SnapshotLoader Loader => new TestLoader(this);

    public static SnapshotManifest Manifest(string id, DateTimeOffset at, params string[] databases) => new()
    {
        Id = id,
        StartedAt = at,
        CreatedAt = at,
        Server = new SnapshotServer("key", "MariaDb", "10.11"),
        Tool = new SnapshotTool("mysqldump", "10.19", []),
        Owner = new SnapshotOwner(SnapshotWorld.Space, "one", "one-id"),
        Databases =
        [
            .. databases.Select(d => new ManifestDatabase
            {
                Name = d,
                CharacterSet = "utf8mb4",
                Collation = "utf8mb4_general_ci",
                File = new SnapshotFile($"{d}.sql.gz", "gzip", 100, 1000, "00", 10),
                Tables = [],
                Views = [],
                Routines = [],
                Triggers = [],
                Events = [],
                Sequences = [],
            }),
        ],
    };

    public string? DefaultDirectory { get; set; } = "/default";

    /// <summary>The storages that were opened.</summary>
    public List<StorageSpec> Opened { get; } = [];

    public Task<ISnapshotStorage> OpenAsync(
        StorageSpec storage, string? @namespace, CancellationToken cancellationToken)
    {
        Opened.Add(storage);
        return OpenFails is { } trouble
            ? Task.FromException<ISnapshotStorage>(trouble)
            : Task.FromResult<ISnapshotStorage>(this);
    }

    /// <summary>What tells one time of the definitions from another.</summary>
    public string Definition { get; set; } = "1";

    /// <summary>Dumps of definitions for a test.</summary>
    public List<SnapshotRequest> Defined { get; } = [];

    /// <summary>Checksums that the server answers, one after the other.</summary>
    public Queue<string> Checksums { get; } = new();

    /// <summary>Ids whose scratch database was looked for and dropped.</summary>
    public List<string> Cleared { get; } = [];

    public override async Task<SnapshotManifest> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken)
    {
        (request.Definitions ? Defined : Taken).Add(request);
        await Passing("dumping");
        if (TakeFails is { } trouble)
        {
            Unfinished.Add(request.Location.Prefix);
            throw trouble;
        }

        if (Meanwhile is { } meanwhile)
        {
            await meanwhile();
        }

        request.Progress?.Report(
            new SnapshotProgress(request.Databases[0], Stage, 3 << 20, 1 << 20, 2 << 20));
        var manifest = Manifest(request.Location.Id, time.GetUtcNow(), [.. request.Databases]) with
        {
            Owner = request.Owner,
            Series = request.Series
        };
        manifest = manifest with
        {
            Databases = [.. manifest.Databases.Select(d => d with { Tables = [new SnapshotTable("a", 2, Definition)] })]
        };
        if (request.Definitions)
        {
            Unfinished.Add(request.Location.Prefix);
            await Passing("dumped definitions");
            return manifest;
        }

        Manifests[request.Location.Prefix] = manifest;
        await Passing("dumped");
        return manifest;
    }

    public override Task<SnapshotManifest?> FindAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        Unreadable.Contains(location.Prefix)
            ? Task.FromException<SnapshotManifest?>(
                new SnapshotException(SnapshotFailure.ManifestInvalid, "The manifest cannot be used."))
            : Task.FromResult(Manifests.GetValueOrDefault(location.Prefix));

    public override Task<DumpVerification> VerifyAsync(
        SnapshotLocation location, string? identity, IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken) =>
        CheckPresenceAsync(location, cancellationToken);

    public override Task<DumpVerification> CheckPresenceAsync(
        SnapshotLocation location, CancellationToken cancellationToken) =>
        Task.FromResult(new DumpVerification(
            Manifests[location.Prefix], Damaged.Contains(location.Prefix)
                ? [new SnapshotFinding(SnapshotFailure.ChecksumMismatch, "rm", "rm.sql.gz is missing.")]
                : []));

    public override async Task DeleteAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        if (BeforeRemove is not null)
        {
            await BeforeRemove(location.Prefix);
        }

        if (Manifests.Remove(location.Prefix) | Unfinished.Remove(location.Prefix))
        {
            Removed.Add(location.Id);
        }
    }

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        throw new NotSupportedException(name);

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        throw new NotSupportedException(to);

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        throw new NotSupportedException(name);

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) => Task.FromResult(
        Manifests.Keys.Any(prefix => name == $"{prefix}manifest.json") ? new SnapshotObjectInfo(name, 100) : null);

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        throw new NotSupportedException(prefix);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException(name);

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken)
    {
        Marked = true;
        return Task.FromResult(new SnapshotStorageMark("mark", DateTimeOffset.UnixEpoch));
    }

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Marked ? new SnapshotStorageMark("mark", DateTimeOffset.UnixEpoch) : null);

    private sealed class TestLoader(FakeArchive archive) : SnapshotLoader
    {
        public override async Task ClearTestAsync(
            RestoreTestRequest request, IReadOnlyList<string> databases, CancellationToken cancellationToken)
        {
            await archive.Passing("clearing");
            archive.Cleared.Add(request.Location.Id);
        }

        public override async Task<IReadOnlyDictionary<string, string>> ReadChecksumsAsync(
            MySqlOptions connection, IReadOnlyList<string> databases, CancellationToken cancellationToken)
        {
            await archive.Passing("checksums");
            return archive.Checksums.TryDequeue(out var sum)
                ? databases.ToDictionary(d => $"{d}.a", _ => sum, StringComparer.Ordinal)
                : new Dictionary<string, string>(StringComparer.Ordinal);
        }

        public override async Task<DumpVerification> RestoreTestAsync(
            RestoreTestRequest request, CancellationToken cancellationToken)
        {
            await archive.Passing("testing");
            archive.Tested.Add(request);
            return new DumpVerification(
                request.Manifest ?? archive.Manifests[request.Location.Prefix], archive.TestFindings);
        }
    }
}
