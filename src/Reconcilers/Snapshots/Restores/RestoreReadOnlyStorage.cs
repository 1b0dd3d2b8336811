namespace Drydock.Reconcilers.Snapshots;

/// <summary>The storage of the snapshot, read-only: a defect of a restore can never damage a backup. The loader writes
/// a note of each of its server sessions below <c>sessions/</c> before the session locks or loads anything. These notes
/// go to <c>status.receipt</c> instead, where a successor finds them.</summary>
/// <param name="noted">Awaited before a note counts as written; an exception stops the session.</param>
internal sealed class RestoreReadOnlyStorage(
    ISnapshotStorage inner, Func<SessionReceipt, CancellationToken, Task> noted) : ISnapshotStorage
{
    public string Description => inner.Description;

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        IsNote(name)
            ? Task.FromResult<ISnapshotObjectWriter>(new NoteWriter(noted))
            : Task.FromException<ISnapshotObjectWriter>(Refused("write", name));

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        Task.FromException(Refused("publish", to));

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        inner.OpenReadAsync(name, cancellationToken);

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        inner.StatAsync(name, cancellationToken);

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    // A note that another process left in the storage stays there; its session has ended or belongs to another process.
    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        IsNote(name) ? Task.CompletedTask : Task.FromException(Refused("delete", name));

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) =>
        inner.GetFreeBytesAsync(cancellationToken);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        Task.FromException<SnapshotStorageMark>(Refused("mark", "the storage"));

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        inner.ReadMarkAsync(cancellationToken);

    private static bool IsNote(string name) => name.Contains("/sessions/", StringComparison.Ordinal);

    private SnapshotException Refused(string verb, string name) =>
        new(
            SnapshotFailure.StorageUnusable,
            $"A restore must not {verb} {name} in {Description}: it only reads there.");

    private sealed class NoteWriter(Func<SessionReceipt, CancellationToken, Task> noted) : ISnapshotObjectWriter
    {
        private readonly MemoryStream _content = new();

        public Stream Content => _content;

        public async Task CompleteAsync(CancellationToken cancellationToken)
        {
            using var note = JsonDocument.Parse(_content.ToArray());
            await noted(
                new SessionReceipt(
                    note.RootElement.GetProperty("connectionId").GetUInt64(),
                    note.RootElement.GetProperty("host").GetString() ?? ""),
                cancellationToken);
        }

        public ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}
