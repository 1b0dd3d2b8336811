namespace Drydock.Reconcilers.Upgrades;

/// <summary>Hashes archives in storages before any part of them is sent. An archive is not hashed again while the
/// storage says that the object is the same; if that is untrue, the sending fails before its last bytes. Hosts that
/// need the same archive at the same time share one reading.</summary>
internal sealed class HashedArchives(TimeProvider time)
{
    public const int MostKept = 64;

    private readonly BoundedCache<Known> _known = new(MostKept);
    private readonly SharedReads<Known> _reads = new(time);

    public int Count => _known.Count;

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.NotFound"/>; or the storage cannot be
    /// read.</exception>
    public async Task<HashedObject> HashAsync(
        ISnapshotStorage storage, string name, CancellationToken cancellationToken) =>
        (await ReadAsync(storage, name, what: null, static (_, _) => Task.FromResult(true), cancellationToken)).Hashed;

    /// <summary>The archive with its checksum, and what a look at its content found while it was hashed.</summary>
    /// <param name="what">What is looked for: tells one look from another.</param>
    /// <exception cref="SnapshotException">As <see cref="HashAsync"/>.</exception>
    public async Task<(HashedObject Hashed, T Seen)> LookAsync<T>(
        ISnapshotStorage storage, string name, string what, Func<Stream, CancellationToken, Task<T>> look,
        CancellationToken cancellationToken)
        where T : notnull
    {
        var known = await ReadAsync(storage, name, what, look, cancellationToken);
        return (known.Hashed, (T)known.Seen);
    }

    private async Task<Known> ReadAsync<T>(
        ISnapshotStorage storage, string name, string? what, Func<Stream, CancellationToken, Task<T>> look,
        CancellationToken cancellationToken)
        where T : notnull
    {
        var key = $"{storage.Description}\n{name}";
        var stored = await storage.StatAsync(name, cancellationToken);
        if (_known.Find(key) is { } known && known.Hashed.Info == stored && (what is null || known.What == what))
        {
            return known;
        }

        // Only callers to whom the storage described the same object share its reading.
        return await _reads.ReadAsync(
            $"{key}\n{what}\n{stored}",
            async token =>
            {
                var (hashed, seen) = await HashedObject.ReadAsync(storage, name, look, token);
                var read = new Known(hashed, what, seen);
                _known.Set(key, read);
                return read;
            },
            cancellationToken);
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

    private sealed record Known(HashedObject Hashed, string? What, object Seen);
}

/// <summary>Lets callers that ask for the same thing at the same time share one answer. Nothing is kept: a failure
/// reaches the callers that waited for it and no later one. A caller that gives up does not end the work of the others;
/// the work is cancelled when the last one has left.</summary>
internal sealed class SharedReads<TValue>(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SharedAnswer<TValue>> _underWay = new(StringComparer.Ordinal);

    public async Task<TValue> ReadAsync(
        string key, Func<CancellationToken, Task<TValue>> ask, CancellationToken cancellationToken)
    {
        var answer = _underWay.GetOrAdd(key, _ => new SharedAnswer<TValue>(time));
        try
        {
            return await answer.GetAsync(
                TimeSpan.MaxValue,
                token => Task.Run(() => ask(token), CancellationToken.None),
                cancellationToken);
        }
        finally
        {
            if (!answer.IsAwaited)
            {
                _underWay.TryRemove(KeyValuePair.Create(key, answer));
            }
        }
    }
}

/// <summary>One answer for all who ask within a moment. It is cancelled when no caller waits for it any more.</summary>
internal sealed class SharedAnswer<TValue>(TimeProvider time)
{
    private readonly Lock _lock = new();
    private Asked? _last;

    public bool IsAwaited
    {
        get
        {
            lock (_lock)
            {
                return _last is { Waiters: > 0 };
            }
        }
    }

    /// <summary>What was answered to a question of at most this age; one that failed is not used again.</summary>
    /// <param name="maxAge">Null asks again; those who ask next may share the answer.</param>
    public async Task<TValue> GetAsync(
        TimeSpan? maxAge, Func<CancellationToken, Task<TValue>> ask, CancellationToken cancellationToken)
    {
        Asked asked;
        lock (_lock)
        {
            asked = maxAge is { } age
                && _last is { Answer: { IsFaulted: false, IsCanceled: false } } last
                && time.GetElapsedTime(last.Begun) <= age
                ? last
                : Begin(ask);
            asked.Waiters++;
        }

        try
        {
            return await asked.Answer.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(asked);
        }
    }

    public void Forget()
    {
        lock (_lock)
        {
            _last = null;
        }
    }

    private Asked Begin(Func<CancellationToken, Task<TValue>> ask)
    {
        var end = new CancellationTokenSource();
        return _last = new Asked(time.GetTimestamp(), ask(end.Token), end);
    }

    private void Leave(Asked asked)
    {
        lock (_lock)
        {
            if (--asked.Waiters > 0 || asked.Answer.IsCompleted)
            {
                return;
            }

            _last = ReferenceEquals(_last, asked) ? null : _last;
        }

        asked.End.Cancel();
    }

    private sealed record Asked(long Begun, Task<TValue> Answer, CancellationTokenSource End)
    {
        public int Waiters { get; set; }
    }
}

/// <summary>Keeps the most recently used entries, up to a capacity. Thread-safe.</summary>
internal sealed class BoundedCache<TValue>(int capacity)
    where TValue : class
{
    private readonly Lock _gate = new();

    // The most recently used ones last.
    private readonly OrderedDictionary<string, TValue> _entries = new(StringComparer.Ordinal);

    public int Count => _entries.Count;

    public TValue? Find(string key)
    {
        lock (_gate)
        {
            if (_entries.Remove(key, out var value))
            {
                _entries.Add(key, value);
            }

            return value;
        }
    }

    public void Set(string key, TValue value)
    {
        lock (_gate)
        {
            _entries.Remove(key);
            _entries.Add(key, value);
            if (_entries.Count > capacity)
            {
                _entries.RemoveAt(0);
            }
        }
    }
}
