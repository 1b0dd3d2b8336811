namespace Drydock.Reconcilers.Databases;

/// <summary>One process on its host. Every call reads the host first and is idempotent. None waits longer than the
/// request takes, except <see cref="StopAsync"/>, which waits for the end of the process within its grace. The
/// worlds of the tests implement it, too.</summary>
internal interface IInstanceHost
{
    InstanceTarget Target { get; }

    /// <summary>Reads supervisor, process, port and installed program. Changes nothing.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    Task<InstanceProcess> LookAsync(CancellationToken cancellationToken) =>
        LookAsync(maxAge: null, cancellationToken);

    /// <summary>As <see cref="LookAsync(CancellationToken)"/>; shares a look that began at most so long ago, and not
    /// before the last action on the instance.</summary>
    /// <param name="maxAge">Null looks again.</param>
    /// <exception cref="HostException">The host could not be asked.</exception>
    Task<InstanceProcess> LookAsync(TimeSpan? maxAge, CancellationToken cancellationToken);

    /// <summary>What a plain process would lose because the login user starts the next one (limits, the score for the
    /// OOM killer), and how that is avoided: whole sentences. Null if nothing would be lost. Changes nothing.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    Task<string?> FindLossAsync(InstanceProcess process, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    /// <summary>Why the login user may not start and stop the unit of the process, and how that is changed: whole
    /// sentences. Null if it may, or if no unit is in charge. Changes nothing.</summary>
    /// <exception cref="HostException">The host could not be asked, or sudo refuses.</exception>
    Task<string?> FindMissingRightAsync(InstanceProcess process, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    /// <summary>Asks the supervisor once to stop the process and to keep it stopped, and returns once no process of
    /// this instance is left (an old one may still run; docs/project/research/yugabytedb.md#known-failures).</summary>
    /// <param name="ensureMayStop">Throws if the process must not be stopped. Asked right before the stop of a process
    /// that is alive, and again before a stop that reached the host too late is repeated.</param>
    /// <exception cref="HostException">Refused; or it still runs after its grace period and SIGKILL; or another process
    /// of the instance was started since, which is not stopped and for which nothing is retried.</exception>
    Task StopAsync(Func<InstanceProcess, Task> ensureMayStop, CancellationToken cancellationToken);

    /// <summary>Stops a process that nothing else relies on.</summary>
    Task StopAsync(CancellationToken cancellationToken) =>
        StopAsync(static _ => Task.CompletedTask, cancellationToken);

    /// <summary>Puts the new version's program in the old one's place
    /// (<see cref="Crds.DatabaseRollingUpgrades.SwapMethod"/>). Refused while a process of this instance runs. A new
    /// program that is already installed is kept; the old program is kept beside it.</summary>
    /// <exception cref="HostException">Refused: something else is in the place than the old or the new
    /// program.</exception>
    Task SwapAsync(InstanceGoal swap, CancellationToken cancellationToken);

    /// <summary>Prepares <see cref="SwapAsync"/> while the process serves, and proves that it can be done: where a
    /// program replaces another, the new one is copied beside it, verified, synced and run. Changes nothing that a
    /// process reads. Idempotent.</summary>
    /// <param name="ask">The argument with which the new program prints its version and ends; null does not run
    /// it.</param>
    /// <exception cref="HostException">The swap is impossible: no room, no permission, another program in the place, or
    /// a new program that is missing, different or does not run.</exception>
    Task StageAsync(InstanceGoal swap, string? ask, CancellationToken cancellationToken);

    /// <summary>Removes what <see cref="StageAsync"/> left beside the program; nothing is done if there is
    /// nothing.</summary>
    /// <exception cref="HostException">It cannot be removed.</exception>
    Task UnstageAsync(CancellationToken cancellationToken);

    /// <summary>Stops the process, replaces its program and a file of its configuration, and starts it: like
    /// <see cref="StopAsync"/>, <see cref="SwapAsync"/> and <see cref="StartAsync"/>, in as few commands as possible.
    /// Nothing is done if the new program runs. What was begun is completed by the next call.</summary>
    /// <param name="file">The file; null replaces none.</param>
    /// <param name="ensureMayStop">As for <see cref="StopAsync(Func{InstanceProcess, Task}, CancellationToken)"/>.
    /// </param>
    /// <exception cref="HostException">Refused. The process may be stopped then.</exception>
    Task ReplaceAsync(
        InstanceGoal swap, FileReplacement? file, Func<InstanceProcess, Task> ensureMayStop,
        CancellationToken cancellationToken);

    /// <summary>Starts the process through its supervisor; nothing is done if it runs.</summary>
    Task StartAsync(string directory, CancellationToken cancellationToken);

    /// <summary>Starts the process after its program was replaced.</summary>
    /// <exception cref="HostException">Refused, or another program runs.</exception>
    Task StartAsync(InstanceGoal swap, CancellationToken cancellationToken) =>
        StartAsync(swap.Directory, cancellationToken);
}
