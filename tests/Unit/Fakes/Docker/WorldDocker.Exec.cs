using System.Text;
using Drydock.Clients.Docker;
using ContainerExecCreateParameters = Docker.DotNet.Models.ContainerExecCreateParameters;

namespace Drydock.Tests.Unit.Fakes;

/// <content>Commands inside containers: exactly once for an exec id, 409 for the second start, 404 for a forgotten
/// one.</content>
internal sealed partial class WorldDocker
{
    public Task<string> ExecCreateContainerAsync(
        string containerId, ContainerExecCreateParameters parameters, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> command = [.. parameters.Cmd];
        if (RunOnce.Is(command) && host is { RefusedReservations: > 0 })
        {
            host.RefusedReservations--;
            return life.LookAsync<string>(() => throw Refused());
        }

        // Looks need an exec as well; only those that will change something are points.
        return RunOnce.Is(command) ? ChangeAsync("reserve", RunOnce.Kind(command), Create) : life.LookAsync(Create);

        string Create()
        {
            var container = Container(containerId);
            if (!container.IsRunning)
            {
                throw new DockerConflictException(endpoint, $"exec in {containerId}", $"container {containerId} is not running");
            }

            var exec = new WorldExec { Id = world.NewId(), Container = container, Command = command };
            Host.Execs[exec.Id] = exec;
            return exec.Id;
        }
    }

    public Task StartContainerExecAsync(string execId, CancellationToken cancellationToken = default)
    {
        var kind = host?.Execs.GetValueOrDefault(execId) is { } known ? RunOnce.Kind(known.Command) : "unknown";
        if (host is { RefusedStarts: > 0 })
        {
            host.RefusedStarts--;
            if (host.LateStart is { } late)
            {
                world.After(late, () => Arrive(execId));
            }

            return life.LookAsync<bool>(() => throw Refused());
        }

        if (host is { SwallowedStarts: > 0 })
        {
            host.SwallowedStarts--;
            return life.LookAsync(() => true);
        }

        return ChangeAsync("exec", kind, () =>
        {
            var exec = Begin(execId);
            RunOnce.Start(world, exec);
            return true;
        });
    }

    public Task<ContainerExecOutput> StartAndAttachContainerExecAsync(
        string execId, ContainerExecAttachParameters parameters, CancellationToken cancellationToken = default)
    {
        var command = host?.Execs.GetValueOrDefault(execId)?.Command ?? [];
        if (command is ["supervisorctl"])
        {
            return InteractAsync(execId, parameters, cancellationToken);
        }

        if (command is ["supervisorctl", "status"] && host is not null)
        {
            host.Supervisorctl.Commands++;
        }

        return WorldCommands.Changes(command) ? ChangeAsync("exec", string.Join(' ', command), Run) : life.LookAsync(Run);

        ContainerExecOutput Run()
        {
            var exec = Begin(execId);
            exec.Stdout = WorldCommands.Run(world, exec);
            (exec.Running, exec.ExitCode) = (false, exec.ExitCode ?? 0);
            return new ContainerExecOutput(exec.Stdout, "");
        }
    }

    private async Task<ContainerExecOutput> InteractAsync(
        string execId, ContainerExecAttachParameters parameters, CancellationToken cancellationToken)
    {
        var exec = await life.LookAsync(() => Begin(execId));
        var run = exec.Container.Run;
        await host!.Supervisorctl.RunAsync(
            life, () => Host.Execs.ContainsKey(execId) && exec.Container.Run == run, exec.Container, parameters, cancellationToken);
        (exec.Running, exec.ExitCode) = (false, 0);
        return new ContainerExecOutput("", "");
    }

    public Task<ExecState> InspectContainerExecAsync(string execId, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        var exec = Known(execId);
        return new ExecState(exec.Running, exec.ExitCode);
    });

    private DockerException Refused() =>
        host!.Refusal?.Invoke(endpoint) ?? new DockerUnreachableException(endpoint, $"{endpoint} cannot be reached: connection refused", mayHaveBeenProcessed: host.LateStart is not null);

    // A request that was in the wire: dockerd refuses it like any other second start.
    private void Arrive(string execId)
    {
        if (Host.Execs.GetValueOrDefault(execId) is { Started: false, Container.IsRunning: true })
        {
            RunOnce.Start(world, Begin(execId));
        }
    }

    private WorldExec Known(string execId) =>
        Host.Execs.GetValueOrDefault(execId) ?? throw NotFound($"no such exec instance: {execId}");

    private WorldExec Begin(string execId)
    {
        var exec = Known(execId);
        if (exec.Started)
        {
            throw new DockerConflictException(endpoint, $"start exec {execId}", $"exec {execId} has already run");
        }

        (exec.Started, exec.Running, exec.Pid) = (true, true, world.NewPid());
        return exec;
    }
}
