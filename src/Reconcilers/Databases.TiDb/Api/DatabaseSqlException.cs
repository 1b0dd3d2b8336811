namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>TiDB could not be asked in SQL, or refused. The message names server and account, and no secret.</summary>
internal sealed class DatabaseSqlException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
    /// <param name="message">For people.</param>
    /// <param name="innerException">The cause.</param>
    public DatabaseSqlException(string reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>Stable word.</summary>
    public string Reason { get; }

    /// <summary>Path of the field of the spec that is wrong; null if the failure is not one of the spec.</summary>
    public string? Field { get; init; }
}
