namespace Drydock.Reconcilers.Snapshots;

/// <summary>The requests of a restore to its server, besides those of <c>ISnapshotLoader</c>.</summary>
internal interface IRestoreServer
{
    /// <summary>Reads the state of the server and of these databases. Changes nothing.</summary>
    /// <exception cref="MySqlSessionException">The server cannot be reached, or refuses a query.</exception>
    Task<ServerState> LookAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>Sessions that have one of these databases selected; those of other accounts only where the account has
    /// PROCESS.</summary>
    /// <exception cref="MySqlSessionException">The server cannot be reached, or refuses the query.</exception>
    Task<IReadOnlyList<ServerSession>> SessionsAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>Ends the sessions whose id and address both match, and waits until the server no longer lists them:
    /// their statements have then ended or will never start.</summary>
    /// <returns>The sessions that existed.</returns>
    /// <exception cref="MySqlSessionException">1095: no privilege to end another account's session.</exception>
    /// <exception cref="TimeoutException">Some sessions still exist after 30 seconds; the message names
    /// them.</exception>
    Task<IReadOnlyList<ServerSession>> EndSessionsAsync(
        IReadOnlyCollection<SessionReceipt> sessions, CancellationToken cancellationToken);

    /// <summary>Adds the witness to the existing ones of these databases.</summary>
    /// <exception cref="MySqlSessionException">The server cannot be reached, or refuses the statements.</exception>
    Task WitnessAsync(
        IReadOnlyCollection<string> databases, RestoreWitness witness, CancellationToken cancellationToken);
}

internal interface IRestoreServers
{
    IRestoreServer Open(MySqlOptions connection);
}
