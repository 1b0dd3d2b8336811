using System.Collections.Concurrent;
using System.Text.Json;
using Drydock.Clients.Snapshots;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// The storage of the snapshot as a restore sees it: nothing in it can be written, published or removed, so no fault of
/// a restore can cost a backup. The loader keeps notes of its server sessions below <c>sessions/</c>, each before the
/// session locks or loads anything; those stay in memory here and go to <c>status.receipt</c>, where a successor finds
/// them.
/// </summary>
/// <param name="inner">The storage.</param>
/// <param name="noted">Awaited before a note counts as written; throwing here keeps the session from going on.</param>
/// <param name="time">The clock.</param>
internal sealed class RestoreReadOnlyStorage(ISnapshotStorage inner, Func<SessionReceipt, CancellationToken, Task> noted, TimeProvider time) : ISnapshotStorage
{
    private const string Notes = "/sessions/";

    private readonly ConcurrentDictionary<string, byte[]> _notes = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public string Description => inner.Description;

    /// <inheritdoc />
    public Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        IsNote(name) ? Task.FromResult<ISnapshotObjectWriter>(new NoteWriter((content, token) => KeepAsync(name, content, token))) : Task.FromException<ISnapshotObjectWriter>(Refused("write", name));

    /// <inheritdoc />
    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) =>
        Task.FromException(Refused("publish", to));

    /// <inheritdoc />
    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        _notes.TryGetValue(name, out var note) ? Task.FromResult<Stream>(new MemoryStream(note, writable: false)) : inner.OpenReadAsync(name, cancellationToken);

    /// <inheritdoc />
    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        _notes.TryGetValue(name, out var note) ? Task.FromResult<SnapshotObjectInfo?>(new SnapshotObjectInfo(name, note.Length, time.GetUtcNow())) : inner.StatAsync(name, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
    [
        .. (await inner.ListAsync(prefix, cancellationToken))
            .Concat(_notes.Where(n => n.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(n => new SnapshotObjectInfo(n.Key, n.Value.Length, time.GetUtcNow())))
            .OrderBy(o => o.Name, StringComparer.Ordinal),
    ];

    /// <inheritdoc />
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (!IsNote(name))
        {
            return Task.FromException(Refused("delete", name));
        }

        // A note that another process left in the storage itself stays there; it names a session that is dead or
        // belongs to somebody else.
        _notes.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) =>
        inner.GetFreeBytesAsync(cancellationToken);

    /// <inheritdoc />
    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        Task.FromException<SnapshotStorageMark>(Refused("mark", "the storage"));

    /// <inheritdoc />
    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        inner.ReadMarkAsync(cancellationToken);

    private async Task KeepAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        using (var note = JsonDocument.Parse(content))
        {
            await noted(new SessionReceipt(note.RootElement.GetProperty("connectionId").GetUInt64(), note.RootElement.GetProperty("host").GetString() ?? ""), cancellationToken);
        }

        _notes[name] = content;
    }

    private static bool IsNote(string name) => name.Contains(Notes, StringComparison.Ordinal);

    private SnapshotException Refused(string verb, string name) =>
        new(SnapshotFailure.StorageUnusable, $"A restore does not {verb} {name} in {Description}: it only reads there.");

    private sealed class NoteWriter(Func<byte[], CancellationToken, Task> keep) : ISnapshotObjectWriter
    {
        private readonly MemoryStream _content = new();

        public Stream Content => _content;

        public Task CompleteAsync(CancellationToken cancellationToken) => keep(_content.ToArray(), cancellationToken);

        public ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}
