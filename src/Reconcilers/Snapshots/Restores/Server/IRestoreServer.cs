using Drydock.Clients.MySql;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>What a restore asks of its server, beside what <c>ISnapshotLoader</c> does there.</summary>
internal interface IRestoreServer
{
    /// <summary>Looks at the server and at these databases. Changes nothing.</summary>
    /// <exception cref="MySqlException">It cannot be reached, or refuses a question.</exception>
    Task<ServerLook> LookAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>
    /// Sessions that have one of these databases selected; those of other accounts only where the account has PROCESS.
    /// </summary>
    /// <exception cref="MySqlException">It cannot be reached, or refuses the question.</exception>
    Task<IReadOnlyList<ServerSession>> SessionsAsync(IReadOnlyCollection<string> databases, CancellationToken cancellationToken);

    /// <summary>
    /// Ends those sessions of which id and address both still fit, and waits until the server lists none of them any
    /// more: what they were doing has then ended or will never begin.
    /// </summary>
    /// <returns>Those that were there.</returns>
    /// <exception cref="MySqlException">1095: no privilege to end another account's session.</exception>
    /// <exception cref="TimeoutException">Some are still there after 30 seconds; the message names them.</exception>
    Task<IReadOnlyList<ServerSession>> EndSessionsAsync(IReadOnlyCollection<SessionReceipt> sessions, CancellationToken cancellationToken);
}
