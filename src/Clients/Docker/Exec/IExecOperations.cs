namespace Drydock.Clients.Docker;

/// <summary>Commands inside running containers. Creating an exec runs nothing and gives an id; starting that id runs
/// the command once, and the engine refuses a second start of the same id. A caller that must run a command exactly
/// once persists the id between the two. The engine forgets exec ids when it or the container stops, and ended ones
/// some 5 to 10 minutes after their end (moby's execCommandGC): from then on every operation on them is
/// <see cref="DockerNotFoundException"/>, which therefore never means "did not run".</summary>
public interface IExecOperations
{
    /// <summary>Prepares a command. It does not run yet.</summary>
    /// <returns>The exec id.</returns>
    /// <exception cref="DockerConflictException">The container is not running or is paused.</exception>
    Task<string> ExecCreateContainerAsync(
        string containerId, ContainerExecCreateParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>Starts a prepared command detached and returns when it runs; a lost client neither blocks nor ends
    /// it.</summary>
    /// <exception cref="DockerConflictException">This exec id is running or has run.</exception>
    /// <exception cref="DockerNotFoundException">The engine does not know the id (any more: a restarted engine forgets
    /// exec ids).</exception>
    Task StartContainerExecAsync(string execId, CancellationToken cancellationToken = default);

    /// <summary>Starts a prepared command, reads its stdout and stderr to the end, and keeps the end of each (the
    /// omitted bytes before it are counted). The output ends when every process holding the pipes is gone, which can be
    /// before the engine has recorded the exit code; <see cref="DockerClientExtensions.WaitContainerExecAsync"/> waits
    /// for that. With <see cref="ContainerExecAttachParameters.Stdin"/> the command reads that to its end, over a
    /// separate connection; a command that ends before it has read everything is not a failure.</summary>
    /// <exception cref="IOException">The data to send cannot be read. The command sees the end of its input
    /// there.</exception>
    /// <exception cref="DockerConflictException">This exec id is running or has run.</exception>
    /// <exception cref="DockerNotFoundException">The engine does not know the id.</exception>
    Task<ContainerExecOutput> StartAndAttachContainerExecAsync(
        string execId, ContainerExecAttachParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>Whether a prepared command has not started, runs or ended, and with which exit code.</summary>
    /// <exception cref="DockerNotFoundException">The engine does not know the id (any more).</exception>
    Task<ExecState> InspectContainerExecAsync(
        string execId, CancellationToken cancellationToken = default);
}
