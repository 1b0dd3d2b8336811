namespace Drydock.Reconcilers.Oms;

/// <summary>A named lock on the metadata server, held by one dedicated session without reconnect: <c>GET_LOCK</c>, or a
/// lock row where the server has none. If the session dies nothing more runs under the lock. Disposal releases the lock
/// and closes the session.</summary>
internal interface IMetadataLock : IAsyncDisposable
{
    string Name { get; }

    /// <summary>The session as the process list shows it, to be kept in a step's receipt so that a successor can end
    /// it.</summary>
    long ConnectionId { get; }

    /// <summary>Asks the server whether this session still holds the lock. False also when the session is
    /// gone.</summary>
    Task<bool> IsStillHeldAsync(CancellationToken cancellationToken);

    /// <summary>Runs destructive statements in the very session that holds the lock, one caller at a time, after asking
    /// that it is still held. Throws <see cref="OmsMetadataException"/> of kind
    /// <see cref="OmsMetadataErrorKind.LockLost"/> if it is not.</summary>
    Task<T> RunAsync<T>(Func<MySqlSession, CancellationToken, Task<T>> action, CancellationToken cancellationToken);
}
