using System.Net.Sockets;

namespace Drydock.Tests.Unit.Fakes;

/// <content>Commands inside containers: exactly once for an exec id, 409 for the second start, 404 for a forgotten
/// one.</content>
internal sealed partial class WorldDocker
{
    private Task<HttpResponseMessage> CreateExecAsync(string containerId, string[] command)
    {
        if (RunOnce.Is(command) && host is { RefusedReservations: > 0 })
        {
            host.RefusedReservations--;
            return LookAsync(RefuseRunOnce);
        }

        if (command is ["/bin/sh", "-c", var script, ..]
            && script.EndsWith(ForeignCommand.Script, StringComparison.Ordinal) && host is { FailedSearches: > 0 })
        {
            host.FailedSearches--;
            return LookAsync(
                static () => throw new WorldRefusal(HttpStatusCode.InternalServerError, "containerd is busy"));
        }

        // Looks need an exec as well; only those that will change something are points.
        return RunOnce.Is(command) ? ChangeAsync("reserve", RunOnce.Kind(command), Create) : LookAsync(Create);

        HttpResponseMessage Create()
        {
            var container = Container(containerId);
            if (!container.IsRunning)
            {
                throw new WorldRefusal(HttpStatusCode.Conflict, $"container {containerId} is not running");
            }

            if (container.IsPaused)
            {
                throw new WorldRefusal(
                    HttpStatusCode.Conflict, $"Container {containerId} is paused, unpause the container before exec");
            }

            var exec = new WorldExec { Id = world.NewId(), Container = container, Command = command };
            Host.Execs[exec.Id] = exec;
            return Json(new JsonObject { ["Id"] = exec.Id }, HttpStatusCode.Created);
        }
    }

    private Task<HttpResponseMessage> StartExecAsync(string execId)
    {
        var kind = host?.Execs.GetValueOrDefault(execId) is { } known ? RunOnce.Kind(known.Command) : "unknown";
        if (host is { RefusedStarts: > 0 })
        {
            host.RefusedStarts--;
            if (host.LateStart is { } late)
            {
                world.After(late, () => Arrive(execId));
            }

            return LookAsync(RefuseRunOnce);
        }

        if (host is { SwallowedStarts: > 0 })
        {
            host.SwallowedStarts--;
            return LookAsync(() => new HttpResponseMessage());
        }

        return ChangeAsync("exec", kind, () =>
        {
            var exec = Begin(execId);
            RunOnce.Start(world, exec);
            return new HttpResponseMessage();
        });
    }

    private Task<HttpResponseMessage> AttachExecAsync(string execId)
    {
        var command = host?.Execs.GetValueOrDefault(execId)?.Command ?? [];
        if (command is ["supervisorctl"])
        {
            return LookAsync(Interact);
        }

        if (command is ["supervisorctl", "status"] && host is not null)
        {
            host.Supervisorctl.Commands++;
        }

        return WorldCommands.Changes(command) ? ChangeAsync("exec", string.Join(' ', command), Run) : LookAsync(Run);

        HttpResponseMessage Run()
        {
            var exec = Begin(execId);
            exec.Stdout = WorldCommands.Run(world, exec);
            (exec.Running, exec.ExitCode) = (false, exec.ExitCode ?? 0);
            var stream = new WorldStream(life.Scheduler);
            stream.Say(Frame(Encoding.UTF8.GetBytes(exec.Stdout)));
            stream.End();
            return Attached(stream);
        }

        HttpResponseMessage Interact()
        {
            var exec = Begin(execId);
            var stream = new WorldStream(life.Scheduler);
            _ = InteractAsync(exec, stream);
            return Attached(stream);
        }
    }

    private async Task InteractAsync(WorldExec exec, WorldStream stream)
    {
        var run = exec.Container.Run;
        await host!.Supervisorctl.RunAsync(
            life, () => Host.Execs.ContainsKey(exec.Id) && exec.Container.Run == run, exec.Container, stream);
        (exec.Running, exec.ExitCode) = (false, 0);
    }

    private static HttpResponseMessage Attached(WorldStream stream) =>
        new(HttpStatusCode.SwitchingProtocols) { Content = new WorldContent(stream) };

    private static JsonObject Inspected(WorldExec exec) =>
        new() { ["ID"] = exec.Id, ["Running"] = exec.Running, ["ExitCode"] = exec.ExitCode };

    // Nothing listens, unless the request arrives after all.
    private HttpResponseMessage RefuseRunOnce() => host!.Refusal?.Invoke()
        ?? throw (host.LateStart is null
            ? new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused", new SocketException(
                (int)SocketError.ConnectionRefused))
            : Lost());

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
            throw new WorldRefusal(HttpStatusCode.Conflict, $"exec {execId} has already run");
        }

        (exec.Started, exec.Running, exec.Pid) = (true, true, world.NewPid());
        return exec;
    }
}
