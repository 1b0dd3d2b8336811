namespace Drydock.Reconcilers.Databases;

/// <summary>
/// One process on its host. Every call reads the host first and is idempotent. None
/// waits longer than the request takes, except <see cref="StopAsync"/>, which waits for the end of the process within
/// its grace.
/// </summary>
internal interface IInstanceHost
{
    /// <summary>The instance or service that is controlled.</summary>
    InstanceTarget Target { get; }

    /// <summary>Reads supervisor, process, port and installed program. Changes nothing.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    Task<InstanceProcess> LookAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Asks the supervisor to stop the process and to keep it stopped, and returns once no process of this instance is
    /// left (an old one may still run; docs/research/yugabytedb.md#known-failures).
    /// </summary>
    /// <exception cref="HostException">Refused, or it still runs after its grace period and SIGKILL.</exception>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts the new version's program in the old one's place (<see cref="Crds.DatabaseRollingUpgrades.SwapMethod"/>).
    /// Refused while a process of this instance runs. A new program that is already installed is kept; the old program
    /// is kept beside it.
    /// </summary>
    /// <param name="swap">The programs.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="HostException">Refused: something else is in the place than the old or the new
    /// program.</exception>
    Task SwapAsync(ProgramSwap swap, CancellationToken cancellationToken);

    /// <summary>Starts the process through its supervisor; nothing is done if it runs.</summary>
    /// <param name="directory">The version's directory, for control by a plain process with {directory}.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="HostException">Refused.</exception>
    Task StartAsync(string directory, CancellationToken cancellationToken);
}
