namespace Drydock.Clients.Snapshots;

/// <summary>
/// A snapshot could not be taken, verified or loaded. The message says what, where, what was expected and the way out;
/// it never holds a secret.
/// </summary>
public sealed class SnapshotException : Exception
{
    /// <summary>Makes an exception.</summary>
    public SnapshotException()
        : this("A snapshot operation failed.")
    {
    }

    /// <summary>Makes an exception.</summary>
    public SnapshotException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception.</summary>
    public SnapshotException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception with its reason.</summary>
    public SnapshotException(SnapshotFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>Why.</summary>
    public SnapshotFailure Failure { get; }
}
