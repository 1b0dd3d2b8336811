namespace Drydock.Reconcilers.Snapshots;

/// <summary>The storage of the snapshot, read-only: a defect of a restore can never damage a backup. The loader writes
/// notes of its server sessions below <c>sessions/</c>, each before the session locks or loads anything. These notes
/// stay in memory and go to <c>status.receipt</c>, where a successor finds them.</summary>
/// <param name="noted">Awaited before a note counts as written; an exception stops the session.</param>
internal sealed class RestoreReadOnlyStorage(
    ISnapshotStorage inner, Func<SessionReceipt, CancellationToken, Task> noted, TimeProvider time) : ISnapshotStorage
{
    private const string Notes = "/sessions/";

    private readonly ConcurrentDictionary<string, byte[]> _notes = new(StringComparer.Ordinal);

    public string Description => inner.Description;

    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        IsNote(name)
            ? Task.FromResult<ISnapshotObjectWriter>(
                new NoteWriter((content, token) => KeepAsync(name, content, token)))
            : Task.FromException<ISnapshotObjectWriter>(Refused("write", name));

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        Task.FromException(Refused("publish", to));

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        _notes.TryGetValue(name, out var note)
            ? Task.FromResult<Stream>(new MemoryStream(note, writable: false))
            : inner.OpenReadAsync(name, cancellationToken);

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        _notes.TryGetValue(name, out var note)
            ? Task.FromResult<SnapshotObjectInfo?>(new SnapshotObjectInfo(name, note.Length, time.GetUtcNow()))
            : inner.StatAsync(name, cancellationToken);

    public async Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(
        string prefix, CancellationToken cancellationToken) =>
    [
        .. (await inner.ListAsync(prefix, cancellationToken))
            .Concat(
                _notes.Where(n => n.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(n => new SnapshotObjectInfo(n.Key, n.Value.Length, time.GetUtcNow())))
            .OrderBy(o => o.Name, StringComparer.Ordinal),
    ];

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (!IsNote(name))
        {
            return Task.FromException(Refused("delete", name));
        }

        // A note that another process left in the storage stays there; its session has ended or belongs to another
        // process.
        _notes.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) =>
        inner.GetFreeBytesAsync(cancellationToken);

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        Task.FromException<SnapshotStorageMark>(Refused("mark", "the storage"));

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        inner.ReadMarkAsync(cancellationToken);

    private async Task KeepAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        using (var note = JsonDocument.Parse(content))
        {
            await noted(
                new SessionReceipt(
                    note.RootElement.GetProperty("connectionId").GetUInt64(),
                    note.RootElement.GetProperty("host").GetString() ?? ""),
                cancellationToken);
        }

        _notes[name] = content;
    }

    private static bool IsNote(string name) => name.Contains(Notes, StringComparison.Ordinal);

    private SnapshotException Refused(string verb, string name) =>
        new(
            SnapshotFailure.StorageUnusable,
            $"A restore must not {verb} {name} in {Description}: it only reads there.");

    private sealed class NoteWriter(Func<byte[], CancellationToken, Task> keep) : ISnapshotObjectWriter
    {
        private readonly MemoryStream _content = new();

        public Stream Content => _content;

        public Task CompleteAsync(CancellationToken cancellationToken) => keep(_content.ToArray(), cancellationToken);

        public ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}
